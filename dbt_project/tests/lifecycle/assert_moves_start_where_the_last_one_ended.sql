{{ config(meta={"dagster": {"ref": {"name": "fct_stage_transitions"}}}) }}
-- A move that starts elsewhere would mean that two rules had acted on the same stage.
with

moves as (

    select
        lifecycle_id,
        entity_id,
        move_number,
        from_stage,
        to_stage,
        lag(to_stage, 1, 'outside') over (
            partition by lifecycle_id, entity_id
            order by move_number
        ) as previous_to_stage
    from {{ ref('fct_stage_transitions') }}

)

select *
from moves
where from_stage != previous_to_stage or from_stage = to_stage
