-- For each month, of the deals opened in it and in the eleven before: how many were won or lost after how long, and how
-- many were open for how long, by the month's end or as_of. Hours are rounded up. A deal whose opening nobody states is
-- left out.
-- One row per currency, breakdown, breakdown value, month and duration.
with

deal_segments_unioned as (

    select * from {{ ref('int_deal_segments_unioned') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

months as (

    select
        months_spined.month_start_date,
        cast({{ dbt.dateadd('month', -11, 'months_spined.month_start_date') }} as timestamp) as opened_from_at,
        cast(months_spined.next_month_start_date as timestamp) as opened_to_at,
        least(cast(months_spined.next_month_start_date as timestamp), build_clocks_resolved.as_of) as seen_to_at
    from months_spined
    cross join build_clocks_resolved

),

cohort_deals as (

    select
        deals.currency,
        deals.breakdown,
        deals.breakdown_value,
        months.month_start_date,
        case when deals.closed_at < months.opened_to_at then deals.outcome else 'open' end as outcome,
        -floor(-{{ dbt.datediff(
            'deals.opened_at',
            'least(deals.closed_at, months.seen_to_at)',
            'second'
        ) }} / cast(3600 as double)) as duration_hours
    from deal_segments_unioned as deals
    inner join months
        on
            deals.opened_at >= months.opened_from_at
            and deals.opened_at < months.opened_to_at
    where deals.is_opening_stated

),

deal_durations_counted as (

    select
        currency,
        breakdown,
        breakdown_value,
        month_start_date,
        cast(duration_hours as bigint) as duration_hours,
        count(case when outcome = 'won' then 1 end) as won_count,
        count(case when outcome = 'lost' then 1 end) as lost_count,
        count(case when outcome = 'open' then 1 end) as open_count
    from cohort_deals
    group by currency, breakdown, breakdown_value, month_start_date, duration_hours

)

select * from deal_durations_counted
