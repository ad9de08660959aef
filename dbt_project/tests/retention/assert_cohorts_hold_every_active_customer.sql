{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_cohorts"}}}) }}
-- Counted the plain way, the calendar months of first-time cohorts are the same, cell for cell: whoever was ever active
-- began once, and each of its active months lies in one cell.
with

active_months as (

    select distinct
        definitions.cohort_definition_id,
        definitions.periods_count,
        events.customer_id,
        cast({{ dbt.date_trunc('month', 'events.occurred_at') }} as date) as month_start_date
    from {{ ref('cohort_definitions') }} as definitions
    inner join {{ ref('metrics') }} as metrics
        on definitions.metric_id = metrics.metric_id
    inner join {{ ref('fct_customer_events') }} as events
        on {{ is_listed('events.event_type', 'metrics.event_types') }}
    where
        definitions.cohort_type = 'first_time'
        and definitions.entry_event_types is null
        and definitions.alignment = 'calendar'
        and definitions.period_unit = 'month'
        and definitions.minimum_events_count = 1
        and events.customer_id is not null

),

months_with_first as (

    select
        *,
        min(month_start_date) over (partition by cohort_definition_id, customer_id) as first_month_start_date
    from active_months

),

counted as (

    select
        cohort_definition_id,
        first_month_start_date,
        month_start_date,
        count(*) as customers_count
    from months_with_first
    where {{ dbt.dateadd('month', 'periods_count', 'first_month_start_date') }} >= month_start_date
    group by cohort_definition_id, first_month_start_date, month_start_date

),

cells as (

    select
        cohorts.cohort_definition_id,
        cohorts.cohort_start_date,
        cohorts.period_start_date,
        cohorts.retained_customers_count
    from {{ ref('rpt_retention_cohorts') }} as cohorts
    inner join {{ ref('cohort_definitions') }} as definitions
        on cohorts.cohort_definition_id = definitions.cohort_definition_id
    where
        cohorts.retention_kind = 'on'
        and cohorts.breakdown = 'all'
        and cohorts.retained_customers_count > 0
        and definitions.cohort_type = 'first_time'
        and definitions.entry_event_types is null
        and definitions.alignment = 'calendar'
        and definitions.period_unit = 'month'
        and definitions.minimum_events_count = 1

)

select
    cells.*,
    counted.customers_count
from counted
full outer join cells
    on
        counted.cohort_definition_id = cells.cohort_definition_id
        and counted.first_month_start_date = cells.cohort_start_date
        and counted.month_start_date = cells.period_start_date
where counted.customers_count is distinct from cells.retained_customers_count
