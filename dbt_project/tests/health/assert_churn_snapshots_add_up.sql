{{ config(meta={"dagster": {"ref": {"name": "rpt_churn_thresholds"}}}) }}
-- On every day of a segment a threshold divides the same snapshots, and as the threshold rises fewer are called
-- churned.
with

divided as (

    select
        *,
        churned_snapshots_count + alive_snapshots_count as snapshots_count,
        churned_returning_count + (alive_snapshots_count - alive_gone_count) as returning_count,
        lag(churned_snapshots_count) over (
            partition by breakdown, orders_band, product_category
            order by silent_days
        ) as churned_before_count,
        lag(churned_snapshots_count + alive_snapshots_count) over (
            partition by breakdown, orders_band, product_category
            order by silent_days
        ) as snapshots_before_count,
        lag(churned_returning_count + (alive_snapshots_count - alive_gone_count)) over (
            partition by breakdown, orders_band, product_category
            order by silent_days
        ) as returning_before_count
    from {{ ref('rpt_churn_thresholds') }}

)

select *
from divided
where
    snapshots_count != snapshots_before_count
    or returning_count != returning_before_count
    or churned_snapshots_count > churned_before_count
    or churned_returning_count > churned_snapshots_count
    or alive_gone_count > alive_snapshots_count
