{# Two models read this; to write it down costs more than to find it twice. #}
{{ config(materialized='view') }}
-- The events and stage entries that a walk takes for something, and for what. A customer hears every event of its own,
-- also those about its deals; a visitor does too, and is heard before anyone knows who it is.
-- One row per walk number and event id.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_triggers_compiled as (

    select * from {{ ref('int_funnel_triggers_compiled') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

triggers as (

    select
        funnel_triggers_compiled.*,
        walks.entity_type,
        walks.held_property,
        walks.starting_steps
    from funnel_triggers_compiled
    inner join funnel_walks_compiled as walks
        on funnel_triggers_compiled.walk_number = walks.walk_number and walks.step_number = 1

),

matches as (

    select
        triggers.walk_number,
        triggers.entity_type,
        triggers.marks,
        triggers.starting_steps,
        triggers.has_rivals,
        events.event_id,
        case triggers.entity_type
            when 'customer' then events.customer_id
            when 'visitor' then coalesce(events.customer_id, events.unknown_party_key)
            else events.entity_id
        end as entity_id,
        case triggers.held_property
            when 'order_id' then events.order_id
            when 'channel' then events.channel
            when 'campaign_id' then events.campaign_id
            when 'owner_id' then events.owner_id
            when 'function_code' then events.function_code
            when 'detail' then events.detail
            else ''
        end as held_value,
        events.occurred_at
    from triggers
    inner join customer_events as events
        on triggers.heard_type = events.event_type
    where
        (triggers.entity_type in ('customer', 'visitor') or triggers.entity_type = events.entity_type)
        and (triggers.min_amount is null or events.amount >= triggers.min_amount)
        and (triggers.max_amount is null or events.amount <= triggers.max_amount)
        and (triggers.stated_values is null or {{ is_listed('events.stated_value', 'triggers.stated_values') }})
        and (triggers.details is null or {{ is_listed('events.detail', 'triggers.details') }})
        and (triggers.function_codes is null or {{ is_listed('events.function_code', 'triggers.function_codes') }})
    union all
    select
        triggers.walk_number,
        triggers.entity_type,
        triggers.marks,
        triggers.starting_steps,
        triggers.has_rivals,
        transitions.transition_id,
        transitions.entity_id,
        case when triggers.held_property is null then '' end,
        transitions.occurred_at
    from triggers
    inner join stage_transitions as transitions
        on
            triggers.heard_type = transitions.lifecycle_id || '.' || transitions.to_stage
            and triggers.entity_type = transitions.entity_type

),

{# Few events fit several filters of one walk; those alone are brought together. #}
funnel_events_matched as (

    select
        walk_number,
        entity_type,
        marks,
        starting_steps,
        event_id,
        entity_id,
        held_value,
        occurred_at
    from matches
    where not has_rivals and entity_id is not null and held_value is not null
    union all
    select
        walk_number,
        entity_type,
        cast(sum(marks) as bigint),
        max(starting_steps),
        event_id,
        max(entity_id),
        max(held_value),
        max(occurred_at)
    from matches
    where has_rivals and entity_id is not null and held_value is not null
    group by walk_number, entity_type, event_id

)

select * from funnel_events_matched
