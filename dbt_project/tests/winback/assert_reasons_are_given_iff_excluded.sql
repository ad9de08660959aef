{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_eligibility"}}}) }}
-- An exclusion without a reason cannot be questioned; a reason without an exclusion is ignored.
select *
from {{ ref('rpt_winback_eligibility') }}
where
    is_eligible != (primary_reason is null)
    or is_eligible != (primary_exclusion_class is null)
    or is_eligible != (exclusion_reasons is null)
    or is_eligible != (exclusion_reasons_count = 0)
    or exclusion_reasons not like primary_reason || '%'
