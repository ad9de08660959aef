-- The plain rule for the risk of churn: of the customers who had bought as often and been silent as long beside their
-- rhythm, the share that was gone within the horizon, of earlier month's ends alone whose horizon was over by then.
-- One row per score date, orders band and silence band.
with

snapshots_measured as (

    select * from {{ ref('int_snapshots_measured') }}

),

snapshot_outcomes_followed as (

    select * from {{ ref('int_snapshot_outcomes_followed') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

outcomes_counted as (

    select
        outcomes.score_date,
        outcomes.horizon_date,
        snapshots.orders_band,
        {{ silence_band('snapshots.gap_ratio') }} as silence_band,
        count(*) as snapshots_count,
        count(case when outcomes.is_gone then 1 end) as gone_count
    from snapshot_outcomes_followed as outcomes
    inner join snapshots_measured as snapshots
        on outcomes.customer_id = snapshots.customer_id and outcomes.score_date = snapshots.score_date
    group by
        outcomes.score_date, outcomes.horizon_date, snapshots.orders_band, {{ silence_band('snapshots.gap_ratio') }}

),

known_by_date as (

    select
        score_dates_listed.score_date,
        outcomes_counted.orders_band,
        outcomes_counted.silence_band,
        sum(outcomes_counted.snapshots_count) as snapshots_count,
        sum(outcomes_counted.gone_count) as gone_count
    from score_dates_listed
    inner join outcomes_counted
        on score_dates_listed.score_date > outcomes_counted.horizon_date
    group by score_dates_listed.score_date, outcomes_counted.orders_band, outcomes_counted.silence_band

),

known_in_all as (

    select
        *,
        sum(gone_count) over (partition by score_date)
        / cast(sum(snapshots_count) over (partition by score_date) as double) as gone_rate_in_all
    from known_by_date

),

{# A cell of few is drawn to the rate of all, as if ten more had been seen there. #}
rule_risks_estimated as (

    select
        score_date,
        orders_band,
        silence_band,
        cast(snapshots_count as bigint) as snapshots_count,
        cast(gone_count as bigint) as gone_count,
        round(gone_rate_in_all, 6) as gone_rate_in_all,
        round((gone_count + 10 * gone_rate_in_all) / (snapshots_count + 10), 6) as rule_probability
    from known_in_all

)

select * from rule_risks_estimated
