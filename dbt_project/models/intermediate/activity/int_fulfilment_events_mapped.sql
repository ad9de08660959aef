{{ config(materialized='view') }} {# written down once, where all are united #}
-- What came after an order, as events: paid, delivered, refunded.
-- One row per event.
with

orders_valued as (

    select * from {{ ref('int_orders_valued') }}

),

payments as (

    select * from {{ ref('stg_orders__payments') }}

),

deliveries as (

    select * from {{ ref('stg_orders__deliveries') }}

),

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

orders_paid as (

    select
        'order_paid' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        orders_valued.party_key,
        'orders' as source_system,
        'payments' as source_table,
        payments.payment_id as source_record_id,
        payments.amount as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        payments.order_id as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        payments.paid_at as occurred_at,
        payments.loaded_at
    from payments
    left join orders_valued
        on payments.order_id = orders_valued.order_id

),

orders_delivered as (

    select
        'order_delivered' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        orders_valued.party_key,
        'orders' as source_system,
        'deliveries' as source_table,
        deliveries.order_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        deliveries.order_id as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        deliveries.delivered_at as occurred_at,
        deliveries.loaded_at
    from deliveries
    left join orders_valued
        on deliveries.order_id = orders_valued.order_id
    where deliveries.delivered_at is not null

),

orders_refunded as (

    select
        'order_refunded' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('buyer:' || refunds.customer_id, orders_valued.party_key) as party_key,
        'orders' as source_system,
        'refunds' as source_table,
        refunds.refund_id as source_record_id,
        refunds.amount as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        refunds.order_id as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        refunds.reason as detail,
        refunds.refunded_at as occurred_at,
        refunds.loaded_at
    from refunds
    left join orders_valued
        on refunds.order_id = orders_valued.order_id

),

fulfilment_events_mapped as (

    select * from orders_paid
    union all
    select * from orders_delivered
    union all
    select * from orders_refunded

)

select * from fulfilment_events_mapped
