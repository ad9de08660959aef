{{ config(meta={"dagster": {"ref": {"name": "fct_funnel_attempts"}}}) }}
-- Whoever did the first step has begun an attempt, nobody else.
with

starters as (

    select distinct
        steps.funnel_id,
        events.entity_id
    from {{ ref('funnel_steps') }} as steps
    inner join {{ ref('fct_customer_events') }} as events
        on steps.event_type = events.event_type
    where steps.step_number = 1 and events.entity_id is not null

)

select
    starters.entity_id as starter_id,
    attempts.entity_id as attempt_entity_id
from starters
full outer join {{ ref('fct_funnel_attempts') }} as attempts
    on
        starters.funnel_id = attempts.funnel_id
        and starters.entity_id = attempts.entity_id
where starters.entity_id is null or attempts.entity_id is null
