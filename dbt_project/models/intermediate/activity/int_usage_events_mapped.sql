{{ config(materialized='view') }} {# written down once, where all are united #}
-- Use of the product and invitations of others, as events.
-- One row per event.
with

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

invites as (

    select * from {{ ref('stg_loyalty__invites') }}

),

products_used as (

    select
        'product_used' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'buyer:' || customer_id as party_key,
        'product' as source_system,
        'usage_events' as source_table,
        usage_event_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        module as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        occurred_at as occurred_at,
        loaded_at
    from usage_events

),

invites_sent as (

    select
        'invite_sent' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'buyer:' || customer_id as party_key,
        'loyalty' as source_system,
        'invites' as source_table,
        invite_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        invited_at as occurred_at,
        loaded_at
    from invites

),

usage_events_mapped as (

    select * from products_used
    union all
    select * from invites_sent

)

select * from usage_events_mapped
