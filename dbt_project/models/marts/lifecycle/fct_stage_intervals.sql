-- Every stay of every entity in a stage; a stay of no length is none, and the last one is open.
-- One row per interval id.
with

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

transitions_with_end as (

    select
        *,
        lead(occurred_at) over (
            partition by lifecycle_id, entity_id
            order by move_number
        ) as next_occurred_at
    from stage_transitions

),

stays as (

    select
        transitions_with_end.*,
        {{ dbt.datediff(
            'transitions_with_end.occurred_at',
            'coalesce(transitions_with_end.next_occurred_at, build_clocks_resolved.as_of)',
            'second'
        ) }} / cast(86400 as double) as latest_days
    from transitions_with_end
    cross join build_clocks_resolved
    where
        transitions_with_end.next_occurred_at is null
        or transitions_with_end.next_occurred_at > transitions_with_end.occurred_at

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
        visit_number,
        cast(latest_days as double) as latest_days,
        cast(sum(latest_days) over (
            partition by lifecycle_id, entity_id, to_stage
            order by move_number
        ) as double) as cumulative_days,
        cast(case when next_occurred_at is null then latest_days end as double) as current_days,

        -- booleans
        next_occurred_at is null as is_current,

        -- timestamps
        occurred_at as valid_from_at,
        next_occurred_at as valid_to_at
    from stays

)

select * from stage_intervals
