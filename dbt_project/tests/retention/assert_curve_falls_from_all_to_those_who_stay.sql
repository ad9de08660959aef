{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_curve"}}}) }}
-- Everyone is there on day 0; who leaves on a day is missing from the next on; breakdowns add up to all.
with

curves as (

    select
        *,
        lag(retained_customers_count - left_customers_count) over (
            partition by metric_id, breakdown, breakdown_value
            order by day_number
        ) as stayed_count
    from {{ ref('rpt_retention_curve') }}

),

breakdowns_summed as (

    select
        metric_id,
        day_number,
        breakdown,
        sum(retained_customers_count) as retained_count,
        sum(active_customers_count) as active_count
    from {{ ref('rpt_retention_curve') }}
    group by metric_id, day_number, breakdown

)

select
    metric_id,
    day_number
from curves
where
    (day_number = 0 and (retained_customers_count != customers_count or active_customers_count != customers_count))
    or (day_number > 0 and retained_customers_count != stayed_count)
    or active_customers_count > retained_customers_count
union all
select
    metric_id,
    day_number
from breakdowns_summed
group by metric_id, day_number
having
    min(retained_count) != max(retained_count)
    or min(active_count) != max(active_count)
    or count(*) != 3
