-- Every move of every entity from stage to stage, with the rule and the evidence that made it.
-- One row per transition id.
with

stage_moves_kept as (

    select * from {{ ref('int_stage_moves_kept') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

stage_transitions as (

    select
        -- ids
        moves.transition_id,
        moves.lifecycle_id,
        moves.entity_id,
        moves.customer_id,
        moves.rule_id,
        moves.evidence_record_id,
        moves.reactivation_campaign_id,

        -- strings
        moves.entity_type,
        moves.from_stage,
        moves.to_stage,
        moves.direction,
        moves.evidence_source,
        moves.reactivation_source,

        -- numerics
        cast(moves.move_number as integer) as move_number,
        cast(moves.visit_number as integer) as visit_number,
        cast(moves.skipped_stages_count as bigint) as skipped_stages_count,
        cast({{ dbt.datediff(
            'moves.previous_occurred_at', 'moves.occurred_at', 'second'
        ) }} / cast(86400 as double) as double) as days_in_from_stage,
        cast(moves.rule_version as integer) as rule_version,
        moves.evidence_value,
        moves.threshold,

        -- timestamps
        moves.occurred_at,
        moves.known_from_at
    from stage_moves_kept as moves
    inner join build_clocks_resolved
        on moves.occurred_at <= build_clocks_resolved.as_of

)

select * from stage_transitions
