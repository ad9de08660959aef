-- How long each stay lasted, and how long the entity had been in the stage by its end, all visits together. A stay of
-- no length is none; the last one is open, and measured to as_of.
-- One row per life number and move number that began the stay.
with

stage_moves_folded as (

    select * from {{ ref('int_stage_moves_folded') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

moves as (

    select
        stage_moves_folded.life_number,
        stage_moves_folded.move_number,
        stage_moves_folded.to_number,
        stage_moves_folded.occurred_at,
        build_clocks_resolved.as_of,
        case
            when stage_moves_folded.next_occurred_at <= build_clocks_resolved.as_of
                then stage_moves_folded.next_occurred_at
        end as next_occurred_at
    from stage_moves_folded
    inner join build_clocks_resolved
        on stage_moves_folded.occurred_at <= build_clocks_resolved.as_of

),

stays as (

    select
        *,
        {{ dbt.datediff(
            'occurred_at',
            'coalesce(next_occurred_at, as_of)',
            'second'
        ) }} / cast(86400 as double) as latest_days
    from moves
    where next_occurred_at is null or next_occurred_at > occurred_at

),

stage_stays_measured as (

    select
        life_number,
        move_number,
        next_occurred_at,
        latest_days,
        sum(latest_days) over (
            partition by life_number, to_number
            order by move_number
        ) as cumulative_days
    from stays

)

select * from stage_stays_measured
