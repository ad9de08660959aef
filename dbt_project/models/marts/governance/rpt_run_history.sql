{{ config(materialized='view', tags=['of_runs']) }} {# a view, so that a release tells of the run that publishes it #}

-- What became of each run: how it ended, what came in, what was checked, what was published, how long it took.
-- One row per run.
with

recorded_runs as (

    select * from {{ source('landing', 'recorded_runs') }}

),

recorded_checks as (

    select * from {{ source('landing', 'recorded_checks') }}

),

recorded_tables as (

    select * from {{ source('landing', 'recorded_tables') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

checks_counted as (

    select
        run_id,
        count(*) as checks_count,
        count(case when outcome != 'passed' and severity = 'error' then 1 end) as blocking_checks_count,
        count(case when outcome != 'passed' and severity = 'warn' then 1 end) as warning_checks_count
    from recorded_checks
    group by run_id

),

marts_counted as (

    select
        run_id,
        count(*) as tables_count,
        sum(rows_count) as rows_count
    from recorded_tables
    where layer = 'marts'
    group by run_id

),

runs_numbered as (

    select
        *,
        max(run_number) over () as newest_run_number
    from recorded_runs

),

run_history as (

    select
        -- ids
        runs.run_id,
        runs.release_id,

        -- strings
        coalesce(runs.outcome, 'under_way') as run_outcome,
        runs.failed_step,
        runs.engine,
        runs.code_version,

        -- numerics
        runs.run_number,
        runs.landed_files_count,
        runs.refused_files_count,
        runs.landed_rows_count,
        runs.quarantined_rows_count,
        coalesce(checks.checks_count, 0) as checks_count,
        coalesce(checks.blocking_checks_count, 0) as blocking_checks_count,
        coalesce(checks.warning_checks_count, 0) as warning_checks_count,
        marts.tables_count,
        cast(marts.rows_count as bigint) as rows_count,
        runs.landing_seconds,
        runs.building_seconds,
        runs.fitting_seconds,
        runs.auditing_seconds,

        -- booleans
        coalesce(runs.is_looking_back, false) as is_looking_back,
        runs.run_number = runs.newest_run_number as is_newest_run,

        -- timestamps
        runs.started_at,
        runs.ended_at,
        runs.as_of,
        runs.known_at
    from runs_numbered as runs
    inner join thresholds
        on thresholds.threshold_id = 'remembered_runs'
    left join checks_counted as checks
        on runs.run_id = checks.run_id
    left join marts_counted as marts
        on runs.run_id = marts.run_id
    where runs.newest_run_number - runs.run_number < thresholds.threshold_value

)

select * from run_history
