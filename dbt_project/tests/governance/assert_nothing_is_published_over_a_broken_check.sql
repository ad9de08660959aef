{{ config(meta={"dagster": {"ref": {"name": "rpt_run_history"}}}) }}
-- A run that published had no check that blocks and did not pass.
select
    run_id,
    release_id,
    blocking_checks_count
from {{ ref('rpt_run_history') }}
where run_outcome = 'published' and blocking_checks_count > 0
