{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_eligibility"}}}) }}
-- Nobody who left may vanish from the list without a reason, and nobody who stays may be on it.
select
    customers.customer_id,
    customers.lifecycle_stage,
    judged.customer_id as judged_customer_id
from {{ ref('dim_customers') }} as customers
full outer join {{ ref('rpt_winback_eligibility') }} as judged
    on customers.customer_id = judged.customer_id
where
    (customers.lifecycle_stage = 'churned' and judged.customer_id is null)
    or (judged.customer_id is not null and customers.lifecycle_stage is distinct from 'churned')
