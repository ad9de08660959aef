-- What the rules did: the stage before and the stage after, when all candidates of an entity act in their order:
-- instant, priority, statement, rule id. A candidate that changes nothing is no move.
-- One row per move.
with

stage_instants_cut as (

    select * from {{ ref('int_stage_instants_cut') }}

),

stage_blocks_entered as (

    select * from {{ ref('int_stage_blocks_entered') }}

),

stage_bundle_steps_unrolled as (

    select * from {{ ref('int_stage_bundle_steps_unrolled') }}

),

stage_candidates_found as (

    select * from {{ ref('int_stage_candidates_found') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

instants as (

    select
        stage_instants_cut.*,
        stage_blocks_entered.start_number,
        row_number() over (
            partition by
                stage_instants_cut.lifecycle_id, stage_instants_cut.entity_id, stage_instants_cut.block_number
            order by stage_instants_cut.instant_number
        ) as place_in_block
    from stage_instants_cut
    inner join stage_blocks_entered
        on
            stage_instants_cut.lifecycle_id = stage_blocks_entered.lifecycle_id
            and stage_instants_cut.entity_id = stage_blocks_entered.entity_id
            and stage_instants_cut.block_number = stage_blocks_entered.block_number

),

paths as (

    select
        lifecycle_id,
        entity_id,
        block_number,
        {{ fold_transition_maps('transition_map', 'instant_number', 'start_number') }} as stage_path
    from instants
    group by lifecycle_id, entity_id, block_number

),

moves as (

    select
        instants.lifecycle_id,
        instants.entity_id,
        instants.occurred_at,
        steps.rule_id,
        steps.statement_number,
        steps.from_number,
        steps.to_number,
        row_number() over (
            partition by instants.lifecycle_id, instants.entity_id
            order by instants.occurred_at, steps.step_number
        ) as move_number
    from instants
    inner join paths
        on
            instants.lifecycle_id = paths.lifecycle_id
            and instants.entity_id = paths.entity_id
            and instants.block_number = paths.block_number
    inner join stage_bundle_steps_unrolled as steps
        on
            instants.lifecycle_id = steps.lifecycle_id
            and instants.bundle = steps.bundle
            and {{ array_element('paths.stage_path', 'instants.place_in_block') }} = steps.start_number
            and steps.from_number != steps.to_number

),

stage_moves_folded as (

    select
        candidates.*,
        stage_rules_compiled.rule_version,
        moves.from_number,
        moves.to_number,
        moves.move_number
    from moves
    inner join stage_candidates_found as candidates
        on
            moves.lifecycle_id = candidates.lifecycle_id
            and moves.entity_id = candidates.entity_id
            and moves.occurred_at = candidates.occurred_at
            and moves.rule_id = candidates.rule_id
            and moves.statement_number = candidates.statement_number
    inner join stage_rules_compiled
        on
            moves.lifecycle_id = stage_rules_compiled.lifecycle_id
            and moves.rule_id = stage_rules_compiled.rule_id

)

select * from stage_moves_folded
