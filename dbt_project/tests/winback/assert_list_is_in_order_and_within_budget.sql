{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_eligibility"}}}) }}
-- The list has no hole, promises less from place to place, holds nobody who is excluded, and costs no more than the
-- plan allows.
with

places as (

    select
        judged.*,
        lag(judged.expected_net_value) over (order by judged.priority_number) as value_before,
        row_number() over (order by judged.priority_number) as place,
        sum(cast(judged.expected_cost_amount as decimal(18, 4))) over (
            order by judged.priority_number
            rows between unbounded preceding and current row
        ) as cost_so_far_amount,
        plans.budget_amount
    from {{ ref('rpt_winback_eligibility') }} as judged
    inner join {{ ref('dim_winback_plans') }} as plans
        on judged.plan_id = plans.plan_id
    where judged.priority_number is not null

)

select *
from places
where
    place != priority_number
    or value_before < expected_net_value
    or not is_eligible
    or is_within_budget != (cost_so_far_amount <= budget_amount)
