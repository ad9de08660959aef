{{ config(meta={"dagster": {"ref": {"name": "rpt_lifecycle_accounting"}}}) }}
-- active = opening + new + resurrected - dormant; and a month's active customers are those of the retention cohorts,
-- which are counted another way.
with

active_months as (

    select
        metric_id,
        month_start_date,
        count(*) as customers_count
    from {{ ref('int_active_months_aggregated') }}
    group by metric_id, month_start_date

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
