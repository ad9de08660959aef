-- Every move of every entity from stage to stage, with the rule and the evidence that made it.
-- One row per transition id.
with

stage_moves_evidenced as (

    select * from {{ ref('int_stage_moves_evidenced') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

stage_pairs_compared as (

    select * from {{ ref('int_stage_pairs_compared') }}

),

reactivations_attributed as (

    select * from {{ ref('int_reactivations_attributed') }}

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
        reactivations_attributed.reactivation_campaign_id,

        -- strings
        moves.entity_type,
        stage_pairs_compared.from_stage,
        stage_pairs_compared.to_stage,
        case
            when moves.visit_number > 1 then 're-entry'
            else stage_pairs_compared.direction
        end as direction,
        moves.evidence_source,
        reactivations_attributed.reactivation_source,

        -- numerics
        cast(moves.move_number as integer) as move_number,
        cast(moves.visit_number as integer) as visit_number,
        cast(stage_pairs_compared.skipped_stages_count as bigint) as skipped_stages_count,
        cast({{ dbt.datediff(
            'moves.previous_occurred_at', 'moves.occurred_at', 'second'
        ) }} / cast(86400 as double) as double) as days_in_from_stage,
        cast(moves.rule_version as integer) as rule_version,
        moves.evidence_value,
        moves.threshold,

        -- timestamps
        moves.occurred_at,
        moves.known_from_at
    from stage_moves_evidenced as moves
    inner join stage_pairs_compared
        on
            moves.lifecycle_id = stage_pairs_compared.lifecycle_id
            and moves.from_number = stage_pairs_compared.from_number
            and moves.to_number = stage_pairs_compared.to_number
    inner join build_clocks_resolved
        on moves.occurred_at <= build_clocks_resolved.as_of
    left join reactivations_attributed
        on
            moves.life_number = reactivations_attributed.life_number
            and moves.move_number = reactivations_attributed.move_number

)

select * from stage_transitions
