-- Payments up to as_of, with the invoice that each pays and how much of it went there.
-- One row per payment id.
with

payments_applied as (

    select * from {{ ref('int_payments_applied') }}

),

payments as (

    select
        -- ids
        payment_id,
        order_id,
        invoice_id,
        customer_id,

        -- strings
        match_type,
        method,
        currency,

        -- numerics
        payment_amount,
        applied_amount,
        cast(payment_amount - applied_amount as decimal(18, 4)) as unapplied_amount,
        cast({{ dbt.datediff(
            'due_date',
            'paid_at',
            'day'
        ) }} as integer) as days_past_due,

        -- booleans
        is_test,

        -- timestamps
        paid_at
    from payments_applied

)

select * from payments
