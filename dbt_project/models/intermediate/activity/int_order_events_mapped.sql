{{ config(materialized='view') }} {# written down once, where all are united #}
-- Orders, as events: placed, counted as a purchase or as a lead product. An order that closes a deal came by sales.
-- One row per event.
with

orders_valued as (

    select * from {{ ref('int_orders_valued') }}

),

orders_placed as (

    select
        'order_placed' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        party_key,
        'orders' as source_system,
        'orders' as source_table,
        order_id as source_record_id,
        order_amount as amount,
        channel as channel,
        cast(null as string) as campaign_id,
        order_id as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        case when deal_id is null then 'self_serve' else 'sales' end as detail,
        ordered_at as occurred_at,
        loaded_at
    from orders_valued
    where not is_test

),

orders_qualifying as (

    select
        'qualifying_order_placed' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        party_key,
        'orders' as source_system,
        'orders' as source_table,
        order_id as source_record_id,
        order_amount as amount,
        channel as channel,
        cast(null as string) as campaign_id,
        order_id as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        case when deal_id is null then 'self_serve' else 'sales' end as detail,
        ordered_at as occurred_at,
        loaded_at
    from orders_valued
    where is_qualifying

),

orders_of_lead_products as (

    select
        'lead_product_bought' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        party_key,
        'orders' as source_system,
        'orders' as source_table,
        order_id as source_record_id,
        order_amount as amount,
        channel as channel,
        cast(null as string) as campaign_id,
        order_id as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        case when deal_id is null then 'self_serve' else 'sales' end as detail,
        ordered_at as occurred_at,
        loaded_at
    from orders_valued
    where is_lead_product_only

),

order_events_mapped as (

    select * from orders_placed
    union all
    select * from orders_qualifying
    union all
    select * from orders_of_lead_products

)

select * from order_events_mapped
