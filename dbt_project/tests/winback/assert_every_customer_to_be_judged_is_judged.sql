{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_eligibility"}}}) }}
-- Nobody who left may vanish from the list without a reason, and nobody in another stage may be on it.
select
    customers.customer_id,
    customers.lifecycle_stage,
    stages.stage as judged_stage,
    judged.customer_id as judged_customer_id
from {{ ref('dim_customers') }} as customers
left join {{ ref('winback_stages') }} as stages
    on customers.lifecycle_stage = stages.stage
full outer join {{ ref('rpt_winback_eligibility') }} as judged
    on customers.customer_id = judged.customer_id
where
    (stages.stage is not null and judged.customer_id is null)
    or (judged.customer_id is not null and stages.stage is null)
