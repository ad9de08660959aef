{{ config(meta={"dagster": {"ref": {"name": "stg_orders__orders"}}}) }}
-- Of many versions one is kept, but no record may be lost: as many rows as raw had keys by known_at.
{%- set keys = {
    'crm.leads': 'lead_id',
    'crm.contacts': 'contact_id',
    'crm.deals': 'deal_id',
    'crm.contracts': 'contract_id',
    'crm.activities': 'activity_id',
    'crm.campaigns': 'campaign_id',
    'orders.orders': 'order_id',
    'orders.invoices': 'invoice_id',
    'orders.payments': 'payment_id',
    'orders.refunds': 'refund_id',
    'orders.subscriptions': 'subscription_id',
    'support.tickets': 'ticket_id',
    'marketing.messages': 'message_id',
    'product.usage_events': 'usage_event_id',
} %}
with

keys_compared as (

    {% for table, key in keys.items() %}
        select
            '{{ table }}' as source_table,
            count(distinct raw_rows.{{ key }}) as keys_count,
            (select count(*) from {{ ref('stg_' ~ table.replace('.', '__')) }}) as staged_count
        from {{ source(*table.split('.')) }} as raw_rows
        inner join {{ ref('int_load_horizons_resolved') }} as horizon
            on raw_rows._loaded_at <= horizon.known_at
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select *
from keys_compared
where staged_count != keys_count
