{{ config(meta={"dagster": {"ref": {"name": "rpt_collections"}}}) }}
-- A month opens with what the one before left, and closes with it, what was invoiced and what was applied; in the end
-- with what is open on all invoices.
with

months as (

    select
        *,
        lag(closing_receivable_amount) over (
            partition by currency, breakdown, breakdown_value
            order by month_start_date
        ) as closing_before_amount,
        row_number() over (
            partition by currency, breakdown, breakdown_value
            order by month_start_date desc
        ) as months_to_end,
        sum(invoiced_outstanding_amount) over (partition by currency, breakdown, breakdown_value)
            as outstanding_amount
    from {{ ref('rpt_collections') }}

)

select *
from months
where
    opening_receivable_amount != coalesce(closing_before_amount, 0)
    or opening_receivable_amount + invoiced_amount - applied_amount != closing_receivable_amount
    or (months_to_end = 1 and closing_receivable_amount != outstanding_amount)
