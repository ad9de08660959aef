-- How many stays began and ended on which days, and from which day on they were too long: those that a day's end saw.
-- One row per lifecycle id, stage, entered date, left date and stagnant date.
with

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

stays as (

    select
        stage_intervals.lifecycle_id,
        stage_intervals.stage,
        cast(stage_intervals.valid_from_at as date) as entered_date,
        cast(stage_intervals.valid_to_at as date) as left_date,
        {{ dbt.dateadd('day', 'stages.max_days', 'stage_intervals.valid_from_at') }} as due_at,
        build_clocks_resolved.as_of
    from stage_intervals
    inner join stages
        on stage_intervals.lifecycle_id = stages.lifecycle_id and stage_intervals.stage = stages.stage
    cross join build_clocks_resolved

),

{# Whoever is due within a day has been there for too long at that day's end, if the day has one. #}
stays_with_stagnation as (

    select
        lifecycle_id,
        stage,
        entered_date,
        left_date,
        case
            when due_at < as_of and (left_date is null or cast(due_at as date) < left_date) then cast(due_at as date)
        end as stagnant_date
    from stays
    where left_date is null or entered_date < left_date

),

stage_stays_dated as (

    select
        lifecycle_id,
        stage,
        entered_date,
        left_date,
        stagnant_date,
        count(*) as stays_count
    from stays_with_stagnation
    group by lifecycle_id, stage, entered_date, left_date, stagnant_date

)

select * from stage_stays_dated
