-- Every stay of every entity in a stage; a stay of no length is none, and the last one is open.
-- One row per interval id.
with

stage_stays_measured as (

    select * from {{ ref('int_stage_stays_measured') }}

),

stage_moves_folded as (

    select * from {{ ref('int_stage_moves_folded') }}

),

stage_lives_numbered as (

    select * from {{ ref('int_stage_lives_numbered') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

stage_intervals as (

    select
        -- ids
        {{ transition_id('lives', 'moves') }} as interval_id,
        lives.lifecycle_id,
        lives.entity_id,
        lives.customer_id,

        -- strings
        lives.entity_type,
        lifecycle_stages.stage,

        -- numerics
        cast(moves.visit_number as integer) as visit_number,
        cast(stays.latest_days as double) as latest_days,
        cast(stays.cumulative_days as double) as cumulative_days,
        cast(case when stays.next_occurred_at is null then stays.latest_days end as double) as current_days,

        -- booleans
        stays.next_occurred_at is null as is_current,

        -- timestamps
        moves.occurred_at as valid_from_at,
        stays.next_occurred_at as valid_to_at
    from stage_stays_measured as stays
    inner join stage_moves_folded as moves
        on
            stays.life_number = moves.life_number
            and stays.move_number = moves.move_number
    inner join stage_lives_numbered as lives
        on stays.life_number = lives.life_number
    inner join lifecycle_stages
        on
            lives.lifecycle_id = lifecycle_stages.lifecycle_id
            and moves.to_number = lifecycle_stages.stage_number

)

select * from stage_intervals
