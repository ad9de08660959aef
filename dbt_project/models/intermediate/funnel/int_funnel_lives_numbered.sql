-- Every entity that began a walk, and where a property is held constant, with each of its values: a life, known by a
-- number until the marts. Sorting and joining by one number costs a fraction of doing so by three texts.
-- One row per life number, the same at every build of the same rows.
with

funnel_events_matched as (

    select * from {{ ref('int_funnel_events_matched') }}

),

lives as (

    select distinct
        walk_number,
        entity_id,
        held_value
    from funnel_events_matched
    where marks & starting_steps > 0

),

funnel_lives_numbered as (

    select
        *,
        row_number() over (order by walk_number, entity_id, held_value) as life_number
    from lives

)

select * from funnel_lives_numbered
