{{ config(meta={"dagster": {"ref": {"name": "rpt_lifecycle_accounting"}}}) }}
-- active = opening + new + resurrected - dormant; and counted the plain way, a month has as many active customers.
with

active_months as (

    select
        metrics.metric_id,
        cast({{ dbt.date_trunc('month', 'events.occurred_at') }} as date) as month_start_date,
        count(distinct events.customer_id) as customers_count
    from {{ ref('metrics') }} as metrics
    inner join {{ ref('fct_customer_events') }} as events
        on {{ is_listed('events.event_type', 'metrics.event_types') }}
    group by 1, 2

)

select accounting.*
from {{ ref('rpt_lifecycle_accounting') }} as accounting
left join active_months
    on
        accounting.period_unit = 'month'
        and accounting.metric_id = active_months.metric_id
        and accounting.period_start_date = active_months.month_start_date
where
    accounting.active_customers_count != accounting.opening_active_customers_count
    + accounting.new_customers_count
    + accounting.resurrected_customers_count
    - accounting.dormant_customers_count
    or (
        accounting.period_unit = 'month'
        and accounting.active_customers_count != coalesce(active_months.customers_count, 0)
    )
