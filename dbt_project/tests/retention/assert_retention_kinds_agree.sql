{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_cohorts"}}}) }}
-- In period 0 everybody is there; who is there in a period is there in it or later; that number never rises with the
-- periods; and who is there in the first period of a bracket is there in the bracket.
with

cells as (

    select
        cohort_definition_id,
        breakdown,
        breakdown_value,
        cohort_start_date,
        periods_since_start,
        max(cohort_customers_count) as cohort_customers_count,
        max(case when retention_kind = 'on' then retained_customers_count end) as on_count,
        max(case when retention_kind = 'on_or_after' then retained_customers_count end) as on_or_after_count,
        max(case when retention_kind = 'bracket' then retained_customers_count end) as bracket_count
    from {{ ref('rpt_retention_cohorts') }}
    group by cohort_definition_id, breakdown, breakdown_value, cohort_start_date, periods_since_start

),

cells_with_next as (

    select
        *,
        lead(on_or_after_count) over (
            partition by cohort_definition_id, breakdown, breakdown_value, cohort_start_date
            order by periods_since_start
        ) as next_on_or_after_count
    from cells

)

select *
from cells_with_next
where
    coalesce(on_count > on_or_after_count, true)
    or on_or_after_count < next_on_or_after_count
    or on_count > bracket_count
    or (periods_since_start = 0 and on_count != cohort_customers_count)
