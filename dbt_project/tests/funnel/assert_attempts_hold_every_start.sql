{{ config(meta={"dagster": {"ref": {"name": "fct_funnel_attempts"}}}) }}
-- Whoever did the first step has begun an attempt in every mode, nobody else: of events, and of entries into stages.
with

starts as (

    select
        steps.funnel_id,
        case funnels.entity_type
            when 'customer' then events.customer_id
            when 'visitor' then coalesce(events.customer_id, events.unknown_party_key)
            else events.entity_id
        end as entity_id,
        coalesce(case when funnels.held_property = 'order_id' then events.order_id end, '') as held_value
    from {{ ref('funnel_steps') }} as steps
    inner join {{ ref('funnels') }} as funnels
        on steps.funnel_id = funnels.funnel_id
    inner join {{ ref('fct_customer_events') }} as events
        on {{ is_listed('events.event_type', 'steps.event_types') }}
    where
        steps.step_number = 1
        and funnels.step_order = 'ordered'
        and coalesce(funnels.held_property, 'order_id') = 'order_id'
        and (funnels.held_property is null or events.order_id is not null)
        and coalesce(steps.min_amount, steps.max_amount) is null
        and coalesce(steps.details, steps.stated_values, steps.function_codes) is null
    union
    select
        steps.funnel_id,
        transitions.entity_id,
        ''
    from {{ ref('funnel_steps') }} as steps
    inner join {{ ref('funnels') }} as funnels
        on steps.funnel_id = funnels.funnel_id
    inner join {{ ref('fct_stage_transitions') }} as transitions
        on
            funnels.lifecycle_id = transitions.lifecycle_id
            and funnels.entity_type = transitions.entity_type
            and {{ is_listed('transitions.to_stage', 'steps.stages') }}
    where steps.step_number = 1

),

starters as (

    select
        starts.funnel_id,
        starts.entity_id,
        starts.held_value,
        walks.mode
    from starts
    inner join {{ ref('int_funnel_walks_compiled') }} as walks
        on starts.funnel_id = walks.funnel_id
    where starts.entity_id is not null and walks.step_number = 1

),

funnels_asked as (

    select distinct funnel_id from starters

),

attempts as (

    select distinct
        attempts.funnel_id,
        attempts.entity_id,
        coalesce(attempts.held_value, '') as held_value,
        attempts.mode
    from {{ ref('fct_funnel_attempts') }} as attempts
    inner join funnels_asked
        on attempts.funnel_id = funnels_asked.funnel_id

)

select
    starters.entity_id as starter_id,
    attempts.entity_id as attempt_entity_id
from starters
full outer join attempts
    on
        starters.funnel_id = attempts.funnel_id
        and starters.mode = attempts.mode
        and starters.entity_id = attempts.entity_id
        and starters.held_value = attempts.held_value
where starters.entity_id is null or attempts.entity_id is null
