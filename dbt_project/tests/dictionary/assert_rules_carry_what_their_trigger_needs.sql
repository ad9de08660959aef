{{ config(meta={"dagster": {"ref": {"name": "stage_rules"}}}) }}
-- A silence without days never ends; days on an event rule would be ignored.
select *
from {{ ref('stage_rules') }}
where
    (rule_trigger = 'inactivity') != (silent_days is not null)
    or silent_days <= 0
