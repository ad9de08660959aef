-- Every entity that began a walk and is worked out in this build, and where a property is held constant, with each of
-- its values: a life, known by a number that holds for one build. Sorting and joining by one number costs a fraction of
-- doing so by three texts.
-- One row per life number.
with

funnel_events_matched as (

    select * from {{ ref('int_funnel_events_matched') }}

),

funnel_entities_changed as (

    select * from {{ ref('int_funnel_entities_changed') }}

),

lives as (

    select distinct
        events.walk_number,
        events.entity_id,
        events.held_value
    from funnel_events_matched as events
    inner join funnel_entities_changed as entities
        on events.entity_type = entities.entity_type and events.entity_id = entities.entity_id
    where events.marks & events.starting_steps > 0

),

funnel_lives_numbered as (

    select
        *,
        row_number() over (order by walk_number, entity_id, held_value) as life_number
    from lives

)

select * from funnel_lives_numbered
