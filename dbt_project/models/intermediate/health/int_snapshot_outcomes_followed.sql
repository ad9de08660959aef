-- What became of the customers of each month's end whose horizon has been watched: whether they placed no purchase
-- within it, and when they next did. As with what is told of them, an order counts whatever has become of it since.
-- One row per customer id and score date.
with

snapshots_measured as (

    select * from {{ ref('int_snapshots_measured') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

purchase_rhythms_measured as (

    select * from {{ ref('int_purchase_rhythms_measured') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

mature_snapshots as (

    select
        snapshots_measured.customer_id,
        snapshots_measured.score_date,
        cast({{ dbt.dateadd(
            'day', 'cast(horizons.threshold_value as integer)', 'snapshots_measured.score_date'
        ) }} as date) as horizon_date
    from snapshots_measured
    cross join build_clocks_resolved
    inner join thresholds as horizons
        on horizons.threshold_id = 'churn_horizon_days'
    inner join score_dates_listed
        on snapshots_measured.score_date = score_dates_listed.score_date and score_dates_listed.is_month_end
    where
        {{ dbt.dateadd('day', 'cast(horizons.threshold_value as integer)', 'snapshots_measured.score_date') }}
        < cast(build_clocks_resolved.as_of as date)

),

{# The purchase in force on a day is followed by the next one after it. #}
snapshot_outcomes_followed as (

    select
        mature_snapshots.customer_id,
        mature_snapshots.score_date,
        mature_snapshots.horizon_date,
        purchases.next_purchase_date,
        coalesce(purchases.next_purchase_date > mature_snapshots.horizon_date, true) as is_gone,
        coalesce(purchases.next_purchase_date, cast(build_clocks_resolved.as_of as date))
        >= {{ dbt.dateadd('day', 'cast(limits.threshold_value as integer)', 'purchases.purchase_date') }}
            as is_churned_later
    from mature_snapshots
    cross join build_clocks_resolved
    inner join thresholds as limits
        on limits.threshold_id = 'churned_silent_days'
    inner join purchase_rhythms_measured as purchases
        on
            mature_snapshots.customer_id = purchases.customer_id
            and mature_snapshots.score_date >= purchases.purchase_date
            and coalesce(mature_snapshots.score_date < purchases.next_purchase_date, true)

)

select * from snapshot_outcomes_followed
