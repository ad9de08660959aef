{{ config(meta={"dagster": {"ref": {"name": "funnels"}}}) }}
-- Steps are walked by number, and a hole would stop everybody; the attempts have eight columns for them.
select
    funnels.funnel_id,
    count(steps.step_number) as steps_count,
    min(steps.step_number) as first_number,
    max(steps.step_number) as last_number
from {{ ref('funnels') }} as funnels
left join {{ ref('funnel_steps') }} as steps
    on funnels.funnel_id = steps.funnel_id
group by funnels.funnel_id
having
    not count(steps.step_number) between 2 and 8
    or min(steps.step_number) != 1
    or max(steps.step_number) != count(steps.step_number)
