-- Every move that was ever published or is known now, with the first publication that had it and the first without it.
-- A move whose stage, number or rule version changed is another version. Only what was recorded before this build's
-- known_at is read, so a build at the same clocks tells the same.
-- One row per version of a move.
with

recorded_transitions as (

    select * from {{ source('landing', 'recorded_transitions') }}

),

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

recorded_before as (

    select
        recorded_transitions.transition_id,
        recorded_transitions.lifecycle_id,
        recorded_transitions.entity_id,
        recorded_transitions.to_stage,
        recorded_transitions.move_number,
        recorded_transitions.rule_version,
        recorded_transitions.occurred_at,
        recorded_transitions.recorded_number,
        case
            when recorded_transitions.withdrawn_at < build_clocks_resolved.known_at
                then recorded_transitions.withdrawn_number
        end as withdrawn_number
    from recorded_transitions
    inner join build_clocks_resolved
        on
            recorded_transitions.recorded_at < build_clocks_resolved.known_at
            and recorded_transitions.occurred_at <= build_clocks_resolved.as_of

),

versions as (

    select
        *,
        0 as present
    from recorded_before
    union all
    select
        transition_id,
        lifecycle_id,
        entity_id,
        to_stage,
        move_number,
        rule_version,
        occurred_at,
        null,
        null,
        1
    from stage_transitions

),

stage_moves_versioned as (

    select
        lifecycle_id,
        entity_id,
        to_stage,
        move_number,
        occurred_at,
        withdrawn_number,
        min(recorded_number) as recorded_number,
        max(present) = 1 as is_present
    from versions
    group by
        transition_id, lifecycle_id, entity_id, to_stage, move_number, rule_version, occurred_at, withdrawn_number

)

select * from stage_moves_versioned
