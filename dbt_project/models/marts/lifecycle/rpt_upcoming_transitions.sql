-- Who moves next if nothing else happens: silences that will be complete, levels that will be crossed, on a known day.
-- One row per upcoming transition id.
with

stage_moves_kept as (

    select * from {{ ref('int_stage_moves_kept') }}

),

stage_horizons_resolved as (

    select * from {{ ref('int_stage_horizons_resolved') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

moves_to_come as (

    select
        moves.*,
        row_number() over (
            partition by moves.lifecycle_id, moves.entity_id
            order by moves.move_number
        ) as step_number,
        {{ dbt.datediff(
            'build_clocks_resolved.as_of',
            'moves.occurred_at',
            'second'
        ) }} / cast(86400 as double) as days_until_due
    from stage_moves_kept as moves
    inner join build_clocks_resolved
        on moves.occurred_at > build_clocks_resolved.as_of
    inner join stage_horizons_resolved
        on moves.occurred_at <= stage_horizons_resolved.horizon_at

),

upcoming_transitions as (

    select
        -- ids
        moves_to_come.transition_id as upcoming_transition_id,
        moves_to_come.lifecycle_id,
        moves_to_come.entity_id,
        moves_to_come.customer_id,
        moves_to_come.rule_id,
        moves_to_come.evidence_record_id,

        -- strings
        moves_to_come.entity_type,
        moves_to_come.from_stage,
        moves_to_come.to_stage,
        moves_to_come.direction,
        stages.owner_team,
        stages.task,
        moves_to_come.evidence_source,

        -- numerics
        cast(moves_to_come.step_number as integer) as step_number,
        cast(moves_to_come.days_until_due as double) as days_until_due,
        cast(moves_to_come.rule_version as integer) as rule_version,
        moves_to_come.threshold,

        -- timestamps
        moves_to_come.occurred_at as due_at
    from moves_to_come
    left join stages
        on
            moves_to_come.lifecycle_id = stages.lifecycle_id
            and moves_to_come.from_stage = stages.stage

)

select * from upcoming_transitions
