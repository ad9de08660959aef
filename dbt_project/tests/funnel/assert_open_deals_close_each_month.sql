{{ config(meta={"dagster": {"ref": {"name": "rpt_sales_velocity"}}}) }}
-- What was open before a month and what was opened in it is won, lost or open at its end.
with

months as (

    select
        *,
        lag(open_count) over (
            partition by currency, breakdown, breakdown_value
            order by month_start_date
        ) as open_last_count
    from {{ ref('rpt_sales_velocity') }}

)

select *
from months
where
    open_before_count != coalesce(open_last_count, 0)
    or open_before_count + opened_count - won_count - lost_count != open_count
    or open_count < 0
    or cycle_won_count > cycle_deals_count
