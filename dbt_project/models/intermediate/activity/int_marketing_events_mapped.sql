{{ config(materialized='view') }} {# written down once, where all are united #}
-- Visits, and messages sent, opened and followed, as events; a message held back is none.
-- One row per event.
with

sessions as (

    select * from {{ ref('stg_marketing__sessions') }}

),

messages as (

    select * from {{ ref('stg_marketing__messages') }}

),

sessions_started as (

    select
        'session_started' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'lead:' || lead_id, 'visitor:' || visitor_id) as party_key,
        'marketing' as source_system,
        'sessions' as source_table,
        session_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        utm_source as channel,
        utm_campaign as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        started_at as occurred_at,
        loaded_at
    from sessions

),

messages_sent as (

    select
        'message_sent' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'lead:' || lead_id) as party_key,
        'marketing' as source_system,
        'messages' as source_table,
        message_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        channel as channel,
        campaign_id as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        function_code as function_code,
        'outbound' as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        sent_at as occurred_at,
        loaded_at
    from messages
    where skipped_reason is null

),

messages_opened as (

    select
        'message_opened' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'lead:' || lead_id) as party_key,
        'marketing' as source_system,
        'messages' as source_table,
        message_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        channel as channel,
        campaign_id as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        function_code as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        opened_at as occurred_at,
        loaded_at
    from messages
    where opened_at is not null

),

messages_clicked as (

    select
        'message_clicked' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'lead:' || lead_id) as party_key,
        'marketing' as source_system,
        'messages' as source_table,
        message_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        channel as channel,
        campaign_id as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        function_code as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        clicked_at as occurred_at,
        loaded_at
    from messages
    where clicked_at is not null

),

marketing_events_mapped as (

    select * from sessions_started
    union all
    select * from messages_sent
    union all
    select * from messages_opened
    union all
    select * from messages_clicked

)

select * from marketing_events_mapped
