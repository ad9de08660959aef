{{ config(meta={"dagster": {"ref": {"name": "rpt_revenue_movements"}}}) }}
-- Opening and movements give the closing, to the cent; a customer opens a month with what it closed the last one with;
-- and nothing is below zero.
with

movements as (

    select
        *,
        lag(closing_amount) over (
            partition by revenue_model, customer_id
            order by month_start_date
        ) as last_closing_amount,
        lag(month_start_date) over (
            partition by revenue_model, customer_id
            order by month_start_date
        ) as last_month_start_date
    from {{ ref('rpt_revenue_movements') }}

)

select *
from movements
where
    opening_amount + new_amount + reactivation_amount + upsell_amount + cross_sell_amount
    - contraction_amount - churned_amount != closing_amount
    or opening_amount != coalesce(last_closing_amount, 0)
    or least(
        opening_amount,
        new_amount,
        reactivation_amount,
        upsell_amount,
        cross_sell_amount,
        contraction_amount,
        churned_amount,
        closing_amount
    ) < 0
    or (last_closing_amount > 0 and {{ dbt.dateadd('month', 1, 'last_month_start_date') }} != month_start_date)
