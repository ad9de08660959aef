{{ config(meta={"dagster": {"ref": {"name": "rpt_collections"}}}) }}
-- To the cent: what staging has invoiced by as_of is, by month of issue, what came in for it and what is open.
with

invoices as (

    select
        coalesce(invoices.currency, orders.currency, 'unknown') as currency,
        cast({{ dbt.date_trunc('month', 'invoices.issued_at') }} as date) as month_start_date,
        invoices.amount
    from {{ ref('stg_orders__invoices') }} as invoices
    inner join {{ ref('int_build_clocks_resolved') }} as clocks
        on invoices.issued_at <= clocks.as_of
    left join {{ ref('fct_orders') }} as orders
        on invoices.order_id = orders.order_id
    where invoices.amount > 0 and not coalesce(orders.is_test, false)

),

invoiced as (

    select
        currency,
        month_start_date,
        sum(amount) as amount
    from invoices
    group by currency, month_start_date

),

reported as (

    select
        breakdown,
        currency,
        month_start_date,
        sum(invoiced_amount) as invoiced_amount,
        sum(invoiced_collected_amount + invoiced_outstanding_amount) as told_amount,
        min(invoiced_outstanding_amount) as least_outstanding_amount
    from {{ ref('rpt_collections') }}
    group by breakdown, currency, month_start_date

),

breakdowns as (

    select distinct breakdown from reported

)

select
    invoiced.*,
    reported.*
from breakdowns
cross join invoiced
full outer join reported
    on
        breakdowns.breakdown = reported.breakdown
        and invoiced.currency = reported.currency
        and invoiced.month_start_date = reported.month_start_date
where
    coalesce(invoiced.amount, 0) != coalesce(reported.invoiced_amount, 0)
    or reported.invoiced_amount != reported.told_amount
    or reported.least_outstanding_amount < 0
