{{ config(meta={"dagster": {"ref": {"name": "rpt_stickiness"}}}) }}
-- Each active customer of a month has one number of active days; the accounting counts as many active customers.
with

months as (

    select
        metric_id,
        month_start_date,
        sum(customers_count) as customers_count,
        max(active_customers_count) as active_customers_count
    from {{ ref('rpt_stickiness') }}
    group by metric_id, month_start_date

)

select
    months.*,
    accounting.active_customers_count as accounted_customers_count
from months
left join {{ ref('rpt_lifecycle_accounting') }} as accounting
    on
        months.metric_id = accounting.metric_id
        and months.month_start_date = accounting.period_start_date
        and accounting.period_unit = 'month'
where
    months.customers_count != months.active_customers_count
    or months.customers_count != coalesce(accounting.active_customers_count, months.customers_count)
