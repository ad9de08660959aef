-- The days at whose end customers are looked at: the day of as_of, four weeks before it for the trend, and the ends of
-- complete months, as far back as the dictionary asks.
-- One row per score date.
with

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

today as (

    select cast(as_of as date) as as_of_date
    from build_clocks_resolved

),

dates as (

    select
        as_of_date as score_date,
        0 as month_end_mark,
        1 as current_mark,
        0 as trend_mark
    from today
    union all
    select
        cast({{ dbt.dateadd('day', -28, 'as_of_date') }} as date),
        0,
        0,
        1
    from today
    union all
    select
        cast({{ dbt.dateadd('day', -1, 'months_spined.next_month_start_date') }} as date),
        1,
        0,
        0
    from months_spined
    cross join today
    inner join thresholds
        on thresholds.threshold_id = 'score_history_months'
    where
        months_spined.next_month_start_date <= today.as_of_date
        and months_spined.next_month_start_date
        > {{ dbt.dateadd('month', '-cast(thresholds.threshold_value as integer)', 'today.as_of_date') }}

),

score_dates_listed as (

    select
        score_date,
        max(month_end_mark) = 1 as is_month_end,
        max(current_mark) = 1 as is_current,
        max(trend_mark) = 1 as is_trend_base
    from dates
    where score_date is not null
    group by score_date

)

select * from score_dates_listed
