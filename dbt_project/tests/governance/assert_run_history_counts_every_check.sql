{{ config(meta={"dagster": {"ref": {"name": "rpt_data_health"}}}) }}
-- Each run counts as many checks as are told of it, and as many that did not pass.
with

checks_counted as (

    select
        run_id,
        count(*) as checks_count,
        count(case when outcome != 'passed' then 1 end) as broken_checks_count
    from {{ ref('rpt_data_health') }}
    group by run_id

)

select
    runs.run_id,
    runs.checks_count,
    checks_counted.checks_count as told_checks_count
from {{ ref('rpt_run_history') }} as runs
left join checks_counted
    on runs.run_id = checks_counted.run_id
where
    runs.checks_count != coalesce(checks_counted.checks_count, 0)
    or runs.blocking_checks_count + runs.warning_checks_count != coalesce(checks_counted.broken_checks_count, 0)
