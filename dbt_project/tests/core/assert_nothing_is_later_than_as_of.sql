{{ config(meta={"dagster": {"ref": {"name": "dim_customers"}}}) }}
-- A build looks at the world up to as_of; one later instant and the past could not be rebuilt.
with

instants as (

    select
        'dim_customers' as mart,
        max(greatest(last_seen_at, stage_entered_at)) as newest_at
    from {{ ref('dim_customers') }}
    union all
    select
        'fct_customer_events',
        max(occurred_at)
    from {{ ref('fct_customer_events') }}
    union all
    select
        'fct_orders',
        max(ordered_at)
    from {{ ref('fct_orders') }}
    union all
    select
        'fct_order_lines',
        max(ordered_at)
    from {{ ref('fct_order_lines') }}
    union all
    select
        'fct_payments',
        max(paid_at)
    from {{ ref('fct_payments') }}
    union all
    select
        'fct_stage_transitions',
        max(occurred_at)
    from {{ ref('fct_stage_transitions') }}
    union all
    select
        'fct_stage_intervals',
        max(greatest(valid_from_at, valid_to_at))
    from {{ ref('fct_stage_intervals') }}
    union all
    select
        'fct_funnel_attempts',
        max(greatest(
            started_at, step_2_at, step_3_at, step_4_at, step_5_at, step_6_at, step_7_at, step_8_at
        ))
    from {{ ref('fct_funnel_attempts') }}
    union all
    select
        'rpt_funnel_conversion',
        max(cohort_start_date)
    from {{ ref('rpt_funnel_conversion') }}
    union all
    select
        'rpt_retention_cohorts',
        max(greatest(cohort_start_date, coalesce(period_start_date, cohort_start_date)))
    from {{ ref('rpt_retention_cohorts') }}
    union all
    select
        'rpt_collections',
        max(month_start_date)
    from {{ ref('rpt_collections') }}
    union all
    select
        'rpt_sales_velocity',
        max(month_start_date)
    from {{ ref('rpt_sales_velocity') }}
    union all
    select
        'rpt_winback_eligibility',
        max(greatest(stage_entered_at, last_ordered_at))
    from {{ ref('rpt_winback_eligibility') }}
    union all
    select
        'fct_assignments',
        max(greatest(assigned_at, coalesce(first_contacted_at, assigned_at)))
    from {{ ref('fct_assignments') }}

)

select instants.*
from instants
cross join {{ ref('int_build_clocks_resolved') }} as clocks
where instants.newest_at > clocks.as_of
