{{ config(
    materialized='kept' if target.type == 'duckdb' else 'table',
    meta={
        'key': ['lifecycle_id', 'entity_id'],
        'heard': 'int_stage_lives_heard',
        'worked_out': 'int_stage_lives_numbered',
        'recorded': 'recorded_stage_lives',
    },
) }}
-- Every move of every life, those to come included: worked out in this build or, while the life heard nothing new, in
-- an earlier one. So nothing here may depend on as_of: what has happened by then the marts ask.
-- depends_on: {{ ref('int_stage_lives_heard') }} {{ ref('int_stage_lives_numbered') }}
-- depends_on: {{ source('landing', 'recorded_stage_lives') }}
-- One row per lifecycle id, entity id and move number.
with

stage_moves_evidenced as (

    select * from {{ ref('int_stage_moves_evidenced') }}

),

stage_pairs_compared as (

    select * from {{ ref('int_stage_pairs_compared') }}

),

reactivations_attributed as (

    select * from {{ ref('int_reactivations_attributed') }}

),

moves_with_stay as (

    select
        *,
        case
            when next_occurred_at > occurred_at
                then {{ dbt.datediff('occurred_at', 'next_occurred_at', 'second') }}
            else 0
        end as stay_seconds
    from stage_moves_evidenced

),

moves_with_earlier_stays as (

    select
        *,
        sum(stay_seconds) over (
            partition by life_number, to_number
            order by move_number
        ) - stay_seconds as earlier_stays_seconds
    from moves_with_stay

),

stage_moves_kept as (

    select
        moves.transition_id,
        moves.lifecycle_id,
        moves.entity_type,
        moves.entity_id,
        moves.customer_id,
        pairs.from_stage,
        pairs.to_stage,
        case when moves.visit_number > 1 then 're-entry' else pairs.direction end as direction,
        pairs.skipped_stages_count,
        moves.move_number,
        moves.visit_number,
        moves.rule_id,
        moves.rule_version,
        moves.evidence_source,
        moves.evidence_record_id,
        moves.evidence_value,
        moves.threshold,
        reactivations.reactivation_source,
        reactivations.reactivation_campaign_id,
        cast(moves.earlier_stays_seconds as bigint) as earlier_stays_seconds,
        moves.previous_occurred_at,
        moves.occurred_at,
        moves.next_occurred_at,
        moves.known_from_at
    from moves_with_earlier_stays as moves
    inner join stage_pairs_compared as pairs
        on
            moves.lifecycle_id = pairs.lifecycle_id
            and moves.from_number = pairs.from_number
            and moves.to_number = pairs.to_number
    left join reactivations_attributed as reactivations
        on
            moves.life_number = reactivations.life_number
            and moves.move_number = reactivations.move_number

)

select * from stage_moves_kept
