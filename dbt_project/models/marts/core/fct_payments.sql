-- Payments up to as_of, with the invoice that each pays and how much of it went there.
-- One row per payment id.
with

payments_applied as (

    select * from {{ ref('int_payments_applied') }}

),

source_relations_found as (

    select * from {{ ref('int_source_relations_found') }}

),

payments as (

    select
        -- ids
        payments_applied.payment_id,
        payments_applied.order_id,
        payments_applied.invoice_id,
        payments_applied.customer_id,

        -- strings
        source_relations_found.source_relation,
        payments_applied.match_type,
        payments_applied.method,
        payments_applied.currency,

        -- numerics
        payments_applied.payment_amount,
        payments_applied.applied_amount,
        cast(payments_applied.payment_amount - payments_applied.applied_amount as decimal(18, 4)) as unapplied_amount,
        cast({{ dbt.datediff(
            'payments_applied.due_date',
            'payments_applied.paid_at',
            'day'
        ) }} as integer) as days_past_due,

        -- booleans
        payments_applied.is_test,

        -- timestamps
        payments_applied.paid_at
    from payments_applied
    left join source_relations_found
        on payments_applied.loaded_at = source_relations_found.loaded_at

)

select * from payments
