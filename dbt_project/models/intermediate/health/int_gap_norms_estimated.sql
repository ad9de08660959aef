-- The median gap between the days of purchase of customers who had bought as often, of the gaps that ended within a
-- year up to each score date: the rhythm that is held against a customer who has none of its own yet.
-- One row per score date and orders band.
with

purchase_rhythms_measured as (

    select * from {{ ref('int_purchase_rhythms_measured') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

{# Counted by day first, so that each date sums up days and not purchases. #}
gaps_by_day as (

    select
        purchase_date as ended_date,
        case when purchase_number < 4 then cast(purchase_number - 1 as string) else '3+' end as orders_band,
        gap_days,
        count(*) as gaps_count
    from purchase_rhythms_measured
    where gap_days is not null
    group by
        purchase_date,
        case when purchase_number < 4 then cast(purchase_number - 1 as string) else '3+' end,
        gap_days

),

gaps_by_date as (

    select
        score_dates_listed.score_date,
        gaps_by_day.orders_band,
        gaps_by_day.gap_days,
        sum(gaps_by_day.gaps_count) as gaps_count
    from score_dates_listed
    inner join gaps_by_day
        on
            score_dates_listed.score_date >= gaps_by_day.ended_date
            and score_dates_listed.score_date < {{ dbt.dateadd('day', 365, 'gaps_by_day.ended_date') }}
    group by score_dates_listed.score_date, gaps_by_day.orders_band, gaps_by_day.gap_days

),

gaps_cumulated as (

    select
        *,
        sum(gaps_count) over (
            partition by score_date, orders_band order by gap_days
            rows between unbounded preceding and current row
        ) as gaps_so_far_count,
        sum(gaps_count) over (partition by score_date, orders_band) as gaps_in_all_count
    from gaps_by_date

),

gap_norms_estimated as (

    select
        score_date,
        orders_band,
        cast(min(gap_days) as integer) as norm_gap_days,
        cast(max(gaps_in_all_count) as bigint) as gaps_count
    from gaps_cumulated
    where 2 * gaps_so_far_count >= gaps_in_all_count
    group by score_date, orders_band

)

select * from gap_norms_estimated
