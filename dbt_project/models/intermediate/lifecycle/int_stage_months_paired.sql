-- How many entities stood in which stage at a month's start and in which one at its end, at as_of for the last month.
-- Whoever came in the month was outside at its start. Only stays that saw the end of a month matter.
-- One row per lifecycle id, month, from stage and to stage.
with

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

months_after as (

    select max(next_month_start_date) as month_start_date
    from months_spined

),

stays as (

    select
        stage_intervals.lifecycle_id,
        stage_intervals.entity_id,
        stage_intervals.stage,
        cast({{ dbt.date_trunc('month', 'stage_intervals.valid_from_at') }} as date) as first_month_date,
        cast(coalesce(
            {{ dbt.date_trunc('month', 'stage_intervals.valid_to_at') }}, months_after.month_start_date
        ) as date) as left_month_date
    from stage_intervals
    cross join months_after

),

stays_in_order as (

    select
        lifecycle_id,
        stage,
        first_month_date,
        left_month_date,
        lag(stage, 1, 'outside') over (
            partition by lifecycle_id, entity_id
            order by first_month_date
        ) as previous_stage
    from stays
    where first_month_date < left_month_date

),

moves as (

    select
        lifecycle_id,
        first_month_date as month_start_date,
        previous_stage as from_stage,
        stage as to_stage,
        count(*) as entities_count
    from stays_in_order
    group by lifecycle_id, first_month_date, previous_stage, stage

),

stays_by_month as (

    select
        lifecycle_id,
        stage,
        first_month_date,
        left_month_date,
        count(*) as stays_count
    from stays_in_order
    group by lifecycle_id, stage, first_month_date, left_month_date

),

remained as (

    select
        stays_by_month.lifecycle_id,
        months_spined.month_start_date,
        stays_by_month.stage,
        sum(stays_by_month.stays_count) as entities_count
    from stays_by_month
    inner join months_spined
        on
            stays_by_month.first_month_date < months_spined.month_start_date
            and stays_by_month.left_month_date > months_spined.month_start_date
    group by stays_by_month.lifecycle_id, months_spined.month_start_date, stays_by_month.stage

),

pairs as (

    select * from moves
    union all
    select
        lifecycle_id,
        month_start_date,
        stage as from_stage,
        stage as to_stage,
        entities_count
    from remained

),

stage_months_paired as (

    select
        lifecycle_id,
        month_start_date,
        from_stage,
        to_stage,
        sum(entities_count) as entities_count
    from pairs
    group by lifecycle_id, month_start_date, from_stage, to_stage

)

select * from stage_months_paired
