-- The activity stream: every event of every source up to as_of, with the customer it belongs to.
-- One row per event id.
with

events_unioned as (

    select * from {{ ref('int_events_unioned') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

source_relations_found as (

    select * from {{ ref('int_source_relations_found') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

{# A join with the instant would hide from the planner that the events are many, and it would hash all of them. #}
customer_events as (

    select
        -- ids
        {{ surrogate_key([
            'events_unioned.source_table',
            'events_unioned.source_record_id',
            'events_unioned.event_type',
            'events_unioned.occurred_at',
        ]) }} as event_id,
        case
            when events_unioned.entity_type = 'customer' then identity_map.customer_id
            else events_unioned.entity_id
        end as entity_id,
        identity_map.customer_id,
        case when identity_map.customer_id is null then events_unioned.party_key end as unknown_party_key,
        events_unioned.source_record_id,
        events_unioned.campaign_id,
        events_unioned.order_id,
        events_unioned.owner_id,

        -- strings
        events_unioned.entity_type,
        events_unioned.event_type,
        events_unioned.source_system,
        events_unioned.source_table,
        source_relations_found.source_relation,
        events_unioned.channel,
        events_unioned.function_code,
        events_unioned.direction,
        events_unioned.stated_value,
        events_unioned.detail,

        -- numerics
        events_unioned.amount,

        -- timestamps
        events_unioned.occurred_at,
        events_unioned.loaded_at
    from events_unioned
    left join identity_map
        on events_unioned.party_key = identity_map.party_key
    left join source_relations_found
        on events_unioned.loaded_at = source_relations_found.loaded_at
    where events_unioned.occurred_at <= (select build_clocks_resolved.as_of from build_clocks_resolved)

)

select * from customer_events
