{{ config(materialized='view', tags=['of_runs']) }} {# a view, so that a release tells of the run that publishes it #}

-- How much was in each table at the end of each run, against its own history, and how fresh each source's tables were.
-- One row per run and table name.
with

run_history as (

    select * from {{ ref('rpt_run_history') }}

),

recorded_tables as (

    select * from {{ source('landing', 'recorded_tables') }}

),

recorded_checks as (

    select * from {{ source('landing', 'recorded_checks') }}

),

warnings_counted as (

    select
        run_id,
        table_name,
        count(case when check_kind = 'volume' then 1 end) > 0 as is_unusual,
        count(case when check_kind = 'freshness' then 1 end) > 0 as is_stale
    from recorded_checks
    where check_kind in ('volume', 'freshness') and outcome = 'failed'
    group by run_id, table_name

),

table_history as (

    select
        -- ids
        tables.run_id,

        -- strings
        tables.table_name,
        tables.layer,
        runs.run_outcome,

        -- numerics
        runs.run_number,
        tables.rows_count,
        lag(tables.rows_count) over (
            partition by tables.table_name
            order by runs.run_number
        ) as previous_rows_count,
        tables.arrived_rows_count,
        tables.usual_rows_count,
        case
            when tables.arrived_rows_count is null or tables.arrived_rows_count > 0
                then coalesce(tables.arrived_rows_count, tables.rows_count) / tables.usual_rows_count
        end as volume_ratio,
        cast({{ dbt.datediff(
            'tables.newest_event_at', 'runs.as_of', 'day'
        ) }} as bigint) as days_behind,
        tables.fresh_within_days,

        -- booleans
        coalesce(warnings.is_unusual, false) as is_unusual,
        coalesce(warnings.is_stale, false) as is_stale,
        runs.is_newest_run,

        -- timestamps
        tables.newest_event_at,
        runs.started_at
    from recorded_tables as tables
    inner join run_history as runs
        on tables.run_id = runs.run_id
    left join warnings_counted as warnings
        on tables.run_id = warnings.run_id and tables.table_name = warnings.table_name

)

select * from table_history
