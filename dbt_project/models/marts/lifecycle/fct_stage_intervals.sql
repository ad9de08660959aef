-- Every stay of every entity in a stage; a stay of no length is none, and the last one is open, measured to as_of.
-- One row per interval id.
with

stage_moves_kept as (

    select * from {{ ref('int_stage_moves_kept') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

stays as (

    select
        moves.*,
        build_clocks_resolved.as_of,
        case when moves.next_occurred_at <= build_clocks_resolved.as_of then moves.next_occurred_at end as ended_at
    from stage_moves_kept as moves
    inner join build_clocks_resolved
        on moves.occurred_at <= build_clocks_resolved.as_of
    where moves.next_occurred_at is null or moves.next_occurred_at > moves.occurred_at

),

stays_measured as (

    select
        *,
        {{ dbt.datediff(
            'occurred_at',
            'coalesce(ended_at, as_of)',
            'second'
        ) }} as stay_seconds
    from stays

),

stage_intervals as (

    select
        -- ids
        transition_id as interval_id,
        lifecycle_id,
        entity_id,
        customer_id,

        -- strings
        entity_type,
        to_stage as stage,

        -- numerics
        cast(visit_number as integer) as visit_number,
        stay_seconds / cast(86400 as double) as latest_days,
        (earlier_stays_seconds + stay_seconds) / cast(86400 as double) as cumulative_days,
        case when ended_at is null then stay_seconds / cast(86400 as double) end as current_days,

        -- booleans
        ended_at is null as is_current,

        -- timestamps
        occurred_at as valid_from_at,
        ended_at as valid_to_at
    from stays_measured

)

select * from stage_intervals
