{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_cohorts"}}}) }}
-- Every active month of every customer lies in one cell of the triangle.
with

active_months as (

    select
        metric_id,
        month_start_date,
        count(*) as customers_count
    from {{ ref('int_active_months_aggregated') }}
    group by metric_id, month_start_date

),

cells as (

    select
        metric_id,
        month_start_date,
        sum(retained_customers_count) as customers_count
    from {{ ref('rpt_retention_cohorts') }}
    group by metric_id, month_start_date
    having sum(retained_customers_count) > 0

)

select
    active_months.customers_count,
    cells.*
from active_months
full outer join cells
    on
        active_months.metric_id = cells.metric_id
        and active_months.month_start_date = cells.month_start_date
where active_months.customers_count is distinct from cells.customers_count
