-- Payments up to as_of with the invoice that each pays, and how much of it went there: the invoice that the payment
-- names, else the only one of its order, if it is in the payment's currency. First come, first applied; what exceeds
-- the invoice, and what pays none, is not applied.
-- One row per payment id.
with

payments as (

    select * from {{ ref('stg_orders__payments') }}

),

invoices_attributed as (

    select * from {{ ref('int_invoices_attributed') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

payments_with_named_invoice as (

    select
        payments.*,
        coalesce(payments.invoice_id, invoices_attributed.invoice_id) as named_invoice_id
    from payments
    inner join build_clocks_resolved
        on payments.paid_at <= build_clocks_resolved.as_of
    left join invoices_attributed
        on payments.order_id = invoices_attributed.order_id and invoices_attributed.is_only_of_order

),

payments_with_payable_invoice as (

    select
        payments.*,
        case
            when
                not invoices_attributed.is_credit_note
                and (payments.currency is null or invoices_attributed.currency in (payments.currency, 'unknown'))
                then invoices_attributed.invoice_id
        end as payable_invoice_id
    from payments_with_named_invoice as payments
    left join invoices_attributed
        on payments.named_invoice_id = invoices_attributed.invoice_id

),

payments_with_running_sum as (

    select
        payments.*,
        invoices.invoice_id as paid_invoice_id,
        invoices.order_id as invoice_order_id,
        invoices.customer_id as invoice_customer_id,
        invoices.currency as invoice_currency,
        invoices.invoice_amount,
        invoices.is_test as is_test_invoice,
        invoices.due_date,
        invoices.issued_at,
        sum(payments.amount) over (
            partition by invoices.invoice_id
            order by payments.paid_at, payments.payment_id
            rows between unbounded preceding and current row
        ) as paid_so_far_amount
    from payments_with_payable_invoice as payments
    left join invoices_attributed as invoices
        on payments.payable_invoice_id = invoices.invoice_id

),

payments_applied as (

    select
        payments.payment_id,
        coalesce(payments.order_id, payments.invoice_order_id) as order_id,
        payments.paid_invoice_id as invoice_id,
        case
            when payments.paid_invoice_id is null then orders.customer_id
            else payments.invoice_customer_id
        end as customer_id,
        case
            when payments.paid_invoice_id is null then 'none'
            when payments.invoice_id is null then 'order'
            else 'invoice'
        end as match_type,
        payments.method,
        coalesce(payments.currency, payments.invoice_currency, orders.currency, 'unknown') as currency,
        payments.invoice_currency,
        payments.amount as payment_amount,
        cast(
            case
                when payments.paid_invoice_id is null then 0
                else
                    least(payments.paid_so_far_amount, payments.invoice_amount)
                    - least(payments.paid_so_far_amount - payments.amount, payments.invoice_amount)
            end as decimal(18, 4)
        ) as applied_amount,
        coalesce(payments.is_test_invoice, orders.is_test, false) as is_test,
        payments.due_date,
        payments.paid_at,
        payments.loaded_at,
        case when payments.paid_invoice_id is not null then greatest(payments.paid_at, payments.issued_at) end
            as applied_at
    from payments_with_running_sum as payments
    left join orders
        on payments.order_id = orders.order_id

)

select * from payments_applied
