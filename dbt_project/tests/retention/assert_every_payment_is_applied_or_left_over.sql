{{ config(meta={"dagster": {"ref": {"name": "rpt_collections"}}}) }}
-- All money that staging knows by as_of is received for an invoice or without one, and no invoice takes more than it
-- asks for: what was applied is what was collected.
with

staged as (

    select
        count(*) as payments_count,
        sum(payments.amount) as payment_amount
    from {{ ref('stg_orders__payments') }} as payments
    inner join {{ ref('int_build_clocks_resolved') }} as clocks
        on payments.paid_at <= clocks.as_of

),

told as (

    select
        count(*) as payments_count,
        sum(payment_amount) as payment_amount,
        sum(case when not is_test then payment_amount else 0 end) as real_payment_amount,
        sum(case when not is_test then applied_amount else 0 end) as applied_amount,
        min(least(applied_amount, unapplied_amount)) as least_amount
    from {{ ref('fct_payments') }}

),

reported as (

    select
        sum(received_amount + cash_without_invoice_amount) as payment_amount,
        sum(applied_amount) as applied_amount,
        sum(invoiced_collected_amount) as collected_amount
    from {{ ref('rpt_collections') }}
    where breakdown = 'all'

)

select
    staged.*,
    told.payments_count as told_payments_count,
    told.payment_amount as told_payment_amount,
    reported.payment_amount as reported_payment_amount,
    reported.applied_amount,
    reported.collected_amount
from staged
cross join told
cross join reported
where
    staged.payments_count != told.payments_count
    or staged.payment_amount != told.payment_amount
    or told.real_payment_amount != reported.payment_amount
    or told.applied_amount != reported.applied_amount
    or told.applied_amount != reported.collected_amount
    or told.least_amount < 0
