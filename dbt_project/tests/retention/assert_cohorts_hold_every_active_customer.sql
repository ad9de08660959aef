{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_cohorts"}}}) }}
-- Whoever was ever active began once: cohorts add up to all of them, and in its own month a cohort is complete.
with

active_customers as (

    select
        metric_id,
        count(distinct customer_id) as customers_count
    from {{ ref('int_active_months_aggregated') }}
    group by metric_id

),

cohorts as (

    select
        metric_id,
        sum(cohort_customers_count) as customers_count,
        sum(retained_customers_count) as retained_count
    from {{ ref('rpt_retention_cohorts') }}
    where months_since_start = 0
    group by metric_id

)

select
    active_customers.metric_id,
    active_customers.customers_count,
    cohorts.customers_count as cohort_customers_count,
    cohorts.retained_count
from active_customers
left join cohorts
    on active_customers.metric_id = cohorts.metric_id
where
    active_customers.customers_count is distinct from cohorts.customers_count
    or active_customers.customers_count is distinct from cohorts.retained_count
