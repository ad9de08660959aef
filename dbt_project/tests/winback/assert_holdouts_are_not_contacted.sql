{{ config(severity='warn', meta={"dagster": {"ref": {"name": "fct_assignments"}}}) }}
-- Whoever was held out and contacted makes the plan look weaker than it is: the campaign tool ignored the arms.
select *
from {{ ref('fct_assignments') }}
where is_contacted_holdout
