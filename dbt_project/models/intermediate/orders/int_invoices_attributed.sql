-- Invoices up to as_of, with the customer of their order. One of zero or less is a credit note, which names no invoice
-- that it corrects, so nothing is taken off by it.
-- One row per invoice id.
with

invoices as (

    select * from {{ ref('stg_orders__invoices') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

invoices_with_order as (

    select
        invoices.invoice_id,
        invoices.order_id,
        invoices.contract_id,
        orders.customer_id,
        coalesce(invoices.currency, orders.currency, 'unknown') as currency,
        invoices.amount as invoice_amount,
        invoices.amount <= 0 as is_credit_note,
        coalesce(orders.is_test, false) as is_test,
        invoices.due_date,
        invoices.issued_at
    from invoices
    inner join build_clocks_resolved
        on invoices.issued_at <= build_clocks_resolved.as_of
    left join orders
        on invoices.order_id = orders.order_id

),

invoices_attributed as (

    select
        *,
        not is_credit_note
        and count(case when not is_credit_note then 1 end) over (partition by order_id) = 1 as is_only_of_order
    from invoices_with_order

)

select * from invoices_attributed
