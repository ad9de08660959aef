-- What each candidate did: the stage before and the stage after it, when all candidates of an entity act
-- in their order: instant, priority, rule id. A candidate that changes nothing is no move.
-- One row per move.
with

stage_candidates_found as (

    select * from {{ ref('int_stage_candidates_found') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

candidates_ordered as (

    select
        stage_candidates_found.*,
        stage_rules_compiled.rule_version,
        stage_rules_compiled.transition_map,
        row_number() over (
            partition by stage_candidates_found.lifecycle_id, stage_candidates_found.entity_id
            order by
                stage_candidates_found.occurred_at,
                stage_rules_compiled.priority,
                stage_candidates_found.rule_id
        ) as candidate_number
    from stage_candidates_found
    inner join stage_rules_compiled
        on
            stage_candidates_found.lifecycle_id = stage_rules_compiled.lifecycle_id
            and stage_candidates_found.rule_id = stage_rules_compiled.rule_id

),

paths as (

    select
        lifecycle_id,
        entity_id,
        {{ fold_transition_maps('transition_map', 'candidate_number') }} as stage_path
    from candidates_ordered
    group by lifecycle_id, entity_id

),

steps as (

    select
        candidates_ordered.*,
        {{ array_element('paths.stage_path', 'candidates_ordered.candidate_number') }} as from_number,
        {{ array_element('paths.stage_path', 'candidates_ordered.candidate_number + 1') }} as to_number
    from candidates_ordered
    inner join paths
        on
            candidates_ordered.lifecycle_id = paths.lifecycle_id
            and candidates_ordered.entity_id = paths.entity_id

),

stage_moves_folded as (

    select
        *,
        row_number() over (
            partition by lifecycle_id, entity_id
            order by candidate_number
        ) as move_number
    from steps
    where from_number != to_number

)

select * from stage_moves_folded
