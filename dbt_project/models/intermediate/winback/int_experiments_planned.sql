-- Which experiment is which wave of a win-back plan: its id is the plan's, `_w` and the wave's number. An
-- experiment of no plan is followed for the days of the dictionary.
-- One row per experiment id.
with

assignments_unioned as (

    select * from {{ ref('int_assignments_unioned') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

experiments as (

    select distinct experiment_id
    from assignments_unioned

),

endings as (

    select
        experiments.experiment_id,
        winback_plans.plan_id,
        winback_plans.horizon_days,
        winback_plans.waves_count,
        right(
            experiments.experiment_id, length(experiments.experiment_id) - length(winback_plans.plan_id) - 2
        ) as wave
    from experiments
    cross join winback_plans

),

waves as (

    select
        *,
        {{ dbt.safe_cast('wave', 'integer') }} as wave_number
    from endings
    where
        plan_id || '_w' || wave = experiment_id
        and cast({{ dbt.safe_cast('wave', 'integer') }} as string) = wave
        and {{ dbt.safe_cast('wave', 'integer') }} between 1 and waves_count

),

experiments_planned as (

    select
        experiments.experiment_id,
        waves.plan_id,
        waves.wave_number,
        coalesce(waves.horizon_days, cast(thresholds.threshold_value as integer)) as horizon_days
    from experiments
    inner join thresholds
        on thresholds.threshold_id = 'experiment_horizon_days'
    left join waves
        on experiments.experiment_id = waves.experiment_id

)

select * from experiments_planned
