-- What happened in each life that concerns its walk, in order: by instant; at one instant the events of earlier steps
-- first, then what excludes or ends; then by event id.
-- One row per life number and event number.
with

funnel_lives_numbered as (

    select * from {{ ref('int_funnel_lives_numbered') }}

),

funnel_events_matched as (

    select * from {{ ref('int_funnel_events_matched') }}

),

funnel_events_heard as (

    select
        lives.life_number,
        lives.walk_number,
        row_number() over (
            partition by lives.life_number
            order by events.occurred_at, events.marks & -events.marks, events.event_id
        ) as event_number,
        events.marks,
        events.event_id,
        events.occurred_at
    from funnel_lives_numbered as lives
    inner join funnel_events_matched as events
        on
            lives.walk_number = events.walk_number
            and lives.entity_id = events.entity_id
            and lives.held_value = events.held_value

)

select * from funnel_events_heard
