{{ config(materialized='view', tags=['of_runs']) }} {# a view, so that a release tells of the run that publishes it #}

-- Every check of every run: what it is about, who answers for it, whether it held, and its figure, with the one before.
-- One row per run, table name and check name.
with

run_history as (

    select * from {{ ref('rpt_run_history') }}

),

recorded_checks as (

    select * from {{ source('landing', 'recorded_checks') }}

),

data_health as (

    select
        -- ids
        checks.run_id,

        -- strings
        checks.table_name,
        checks.check_name,
        checks.layer,
        checks.check_kind,
        checks.owner_team,
        checks.severity,
        checks.outcome,
        runs.run_outcome,

        -- numerics
        runs.run_number,
        checks.figure,
        lag(checks.figure) over (
            partition by checks.table_name, checks.check_name
            order by runs.run_number
        ) as previous_figure,
        checks.at_least,
        checks.at_most,
        checks.judged_rows_count,

        -- booleans
        runs.is_newest_run,

        -- timestamps
        runs.started_at
    from recorded_checks as checks
    inner join run_history as runs
        on checks.run_id = runs.run_id

)

select * from data_health
