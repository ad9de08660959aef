{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_cohorts"}}}) }}
-- Each member has one channel and is of one kind: the cohorts of either add up to all, in heads and in money.
with

sums as (

    select
        cohort_definition_id,
        breakdown,
        cohort_start_date,
        retention_kind,
        periods_since_start,
        sum(cohort_customers_count) as cohort_customers_count,
        sum(mature_customers_count) as mature_customers_count,
        sum(retained_customers_count) as retained_customers_count,
        sum(retained_amount) as retained_amount,
        sum(mature_start_amount) as mature_start_amount
    from {{ ref('rpt_retention_cohorts') }}
    group by cohort_definition_id, breakdown, cohort_start_date, retention_kind, periods_since_start

)

select segments.*
from sums as segments
left join sums as totals
    on
        segments.cohort_definition_id = totals.cohort_definition_id
        and segments.cohort_start_date = totals.cohort_start_date
        and segments.retention_kind = totals.retention_kind
        and segments.periods_since_start = totals.periods_since_start
        and totals.breakdown = 'all'
where
    segments.cohort_customers_count is distinct from totals.cohort_customers_count
    or segments.mature_customers_count is distinct from totals.mature_customers_count
    or segments.retained_customers_count is distinct from totals.retained_customers_count
    or segments.retained_amount is distinct from totals.retained_amount
    or segments.mature_start_amount is distinct from totals.mature_start_amount
