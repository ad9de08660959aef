-- Invoices with what has come in for each by as_of, and when the last of it did. Credit notes are left out.
-- One row per invoice id that is no credit note.
with

invoices_attributed as (

    select * from {{ ref('int_invoices_attributed') }}

),

payments_applied as (

    select * from {{ ref('int_payments_applied') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

applied_by_invoice as (

    select
        invoice_id,
        cast(sum(applied_amount) as decimal(18, 4)) as collected_amount,
        max(case when applied_amount > 0 then paid_at end) as last_paid_at
    from payments_applied
    where invoice_id is not null
    group by invoice_id

),

invoices_settled as (

    select
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_amount,
        coalesce(applied.collected_amount, 0) as collected_amount,
        cast(invoices.invoice_amount - coalesce(applied.collected_amount, 0) as decimal(18, 4)) as outstanding_amount,
        case
            when invoices.due_date < cast(build_clocks_resolved.as_of as date)
                then {{ dbt.datediff('invoices.due_date', 'build_clocks_resolved.as_of', 'day') }}
            else 0
        end as days_past_due,
        coalesce(applied.collected_amount, 0) = invoices.invoice_amount as is_settled,
        coalesce(
            applied.collected_amount = invoices.invoice_amount
            and cast(applied.last_paid_at as date) <= invoices.due_date,
            false
        ) as is_settled_on_time,
        invoices.is_test,
        invoices.due_date,
        invoices.issued_at
    from invoices_attributed as invoices
    cross join build_clocks_resolved
    left join applied_by_invoice as applied
        on invoices.invoice_id = applied.invoice_id
    where not invoices.is_credit_note

)

select * from invoices_settled
