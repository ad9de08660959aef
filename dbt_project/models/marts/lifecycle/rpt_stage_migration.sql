-- Of those who stood in a stage when a month began, how many stood in each stage when it ended: the full matrix.
-- A month that is not over by as_of shows where they stand so far, but has no rate.
-- One row per lifecycle id, month, from stage and to stage.
with

stage_months_paired as (

    select * from {{ ref('int_stage_months_paired') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

from_stages as (

    select
        lifecycle_id,
        month_start_date,
        from_stage,
        sum(entities_count) as from_entities_count
    from stage_months_paired
    group by lifecycle_id, month_start_date, from_stage

),

to_stages as (

    select
        lifecycle_id,
        stage as to_stage,
        count(*) over (partition by lifecycle_id) as stages_count
    from stages

),

cells as (

    select
        from_stages.*,
        to_stages.to_stage,
        to_stages.stages_count,
        coalesce(pairs.entities_count, 0) as entities_count,
        build_clocks_resolved.as_of >= months_spined.next_month_start_date as is_mature,
        from_stages.from_entities_count < thresholds.threshold_value as is_few
    from from_stages
    inner join to_stages
        on from_stages.lifecycle_id = to_stages.lifecycle_id
    inner join months_spined
        on from_stages.month_start_date = months_spined.month_start_date
    inner join thresholds
        on thresholds.threshold_id = 'stage_migration_smoothed_below'
    cross join build_clocks_resolved
    left join stage_months_paired as pairs
        on
            from_stages.lifecycle_id = pairs.lifecycle_id
            and from_stages.month_start_date = pairs.month_start_date
            and from_stages.from_stage = pairs.from_stage
            and to_stages.to_stage = pairs.to_stage

),

stage_migration as (

    select
        -- ids
        lifecycle_id,

        -- strings
        from_stage,
        to_stage,

        -- numerics
        cast(entities_count as bigint) as entities_count,
        cast(from_entities_count as bigint) as from_entities_count,
        case when is_mature then entities_count / cast(from_entities_count as double) end as migration_rate,
        case when is_mature then {{ wilson_limit('entities_count', 'from_entities_count', -1) }} end
            as migration_rate_lower,
        case when is_mature then {{ wilson_limit('entities_count', 'from_entities_count', 1) }} end
            as migration_rate_upper,
        case
            when is_mature and is_few then (entities_count + 1) / cast(from_entities_count + stages_count as double)
            when is_mature then entities_count / cast(from_entities_count as double)
        end as smoothed_rate,

        -- booleans
        is_mature and is_few as is_smoothed,
        is_mature,

        -- dates
        month_start_date
    from cells

)

select * from stage_migration
