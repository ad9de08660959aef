-- What each invoice, payment and refund adds to which sum of which month. An invoice counts in the month of its issue
-- and in that of its due date, a payment in the month in which it came and in that in which it was applied. Test orders
-- are left out.
-- One row per movement type and record id.
{%- set issued, due, applied, paid, refunded = 'issued_at', 'due_date', 'applied_at', 'paid_at', 'refunded_at' %}
{#- movement type, table, record id, the instant whose month it is, amount, condition #}
{%- set movements = [
    ('invoiced', 'invoices_settled', 'invoice_id', issued, 'invoice_amount', 'invoice_id is not null'),
    ('invoiced_collected', 'invoices_settled', 'invoice_id', issued, 'collected_amount', 'collected_amount > 0'),
    ('invoiced_undated', 'invoices_settled', 'invoice_id', issued, 'invoice_amount', 'due_date is null'),
    ('due', 'invoices_settled', 'invoice_id', due, 'invoice_amount', 'due_date is not null'),
    ('due_collected', 'invoices_settled', 'invoice_id', due, 'collected_amount', 'due_date is not null'),
    ('settled_on_time', 'invoices_settled', 'invoice_id', due, 'invoice_amount', 'is_settled_on_time'),
    ('overdue', 'invoices_settled', 'invoice_id', due, 'outstanding_amount', 'days_past_due > 0'),
    ('overdue_0_30', 'invoices_settled', 'invoice_id', due, 'outstanding_amount', 'days_past_due between 1 and 30'),
    ('overdue_31_60', 'invoices_settled', 'invoice_id', due, 'outstanding_amount', 'days_past_due between 31 and 60'),
    ('overdue_61_90', 'invoices_settled', 'invoice_id', due, 'outstanding_amount', 'days_past_due between 61 and 90'),
    ('overdue_over_90', 'invoices_settled', 'invoice_id', due, 'outstanding_amount', 'days_past_due > 90'),
    ('credit_note', 'invoices_attributed', 'invoice_id', issued, '-invoice_amount', 'is_credit_note'),
    ('applied', 'payments_applied', 'payment_id', applied, 'applied_amount', 'invoice_id is not null'),
    ('received', 'payments_applied', 'payment_id', paid, 'payment_amount', 'invoice_id is not null'),
    ('cash_without_invoice', 'payments_applied', 'payment_id', paid, 'payment_amount', 'invoice_id is null'),
    ('refund', 'refunds_attributed', 'refund_id', refunded, 'refund_amount', 'refund_id is not null'),
] %}
with

invoices_settled as (

    select * from {{ ref('int_invoices_settled') }}

),

invoices_attributed as (

    select * from {{ ref('int_invoices_attributed') }}

),

payments_applied as (

    select * from {{ ref('int_payments_applied') }}

),

refunds_attributed as (

    select * from {{ ref('int_refunds_attributed') }}

),

collection_movements_unioned as (

    {% for movement_type, table, record_id, moment, amount, condition in movements %}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ movement_type }}' as movement_type,
            {{ record_id }} as record_id,
            customer_id,
            {{ 'coalesce(invoice_currency, currency)' if table == 'payments_applied' else 'currency' }} as currency,
            cast({{ amount }} as decimal(18, 4)) as amount,
            cast({{ dbt.date_trunc('month', moment) }} as date) as month_start_date
        from {{ table }}
        where not is_test and {{ condition }}
    {% endfor %}

)

select * from collection_movements_unioned
