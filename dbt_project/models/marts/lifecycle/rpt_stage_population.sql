-- How many stand in each stage at each day's end, how many came and went that day, and where those who went did go.
-- The last day ends at as_of.
-- One row per lifecycle id, stage and day.
with

stages as (

    select * from {{ ref('dim_stages') }}

),

days_spined as (

    select * from {{ ref('int_days_spined') }}

),

stage_changes_counted as (

    select * from {{ ref('int_stage_changes_counted') }}

),

stage_ages_ranked as (

    select * from {{ ref('int_stage_ages_ranked') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

first_days as (

    select
        lifecycle_id,
        min(changed_date) as first_date
    from stage_changes_counted
    group by lifecycle_id

),

stage_days as (

    select
        stages.lifecycle_id,
        stages.stage,
        stages.max_days,
        days_spined.day_start_date,
        build_clocks_resolved.as_of >= days_spined.next_day_start_date as is_mature
    from stages
    inner join first_days
        on stages.lifecycle_id = first_days.lifecycle_id
    inner join days_spined
        on first_days.first_date <= days_spined.day_start_date
    cross join build_clocks_resolved

),

stage_days_counted as (

    select
        stage_days.*,
        coalesce(changes.entered_change, 0) as entered_count,
        coalesce(changes.converted_change, 0) as converted_count,
        coalesce(changes.spilled_change, 0) as spilled_count,
        coalesce(changes.recycled_change, 0) as recycled_count,
        sum(coalesce(changes.stock_change, 0)) over (
            partition by stage_days.lifecycle_id, stage_days.stage
            order by stage_days.day_start_date
        ) as stock_count,
        sum(coalesce(changes.stagnant_change, 0)) over (
            partition by stage_days.lifecycle_id, stage_days.stage
            order by stage_days.day_start_date
        ) as stagnant_count
    from stage_days
    left join stage_changes_counted as changes
        on
            stage_days.lifecycle_id = changes.lifecycle_id
            and stage_days.stage = changes.stage
            and stage_days.day_start_date = changes.changed_date

),

stage_population as (

    select
        -- ids
        days_counted.lifecycle_id,

        -- strings
        days_counted.stage,

        -- numerics
        cast(days_counted.stock_count as bigint) as stock_count,
        cast(days_counted.entered_count as bigint) as entered_count,
        cast(
            days_counted.converted_count + days_counted.spilled_count + days_counted.recycled_count as bigint
        ) as exited_count,
        cast(days_counted.converted_count as bigint) as converted_count,
        cast(days_counted.spilled_count as bigint) as spilled_count,
        cast(days_counted.recycled_count as bigint) as recycled_count,
        cast(case when days_counted.max_days is not null then days_counted.stagnant_count end as bigint)
            as stagnant_count,
        stage_ages_ranked.median_age_days,

        -- booleans
        days_counted.is_mature,

        -- dates
        days_counted.day_start_date
    from stage_days_counted as days_counted
    left join stage_ages_ranked
        on
            days_counted.lifecycle_id = stage_ages_ranked.lifecycle_id
            and days_counted.stage = stage_ages_ranked.stage
            and days_counted.day_start_date = stage_ages_ranked.day_start_date

)

select * from stage_population
