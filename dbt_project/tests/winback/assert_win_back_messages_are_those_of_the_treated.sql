{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_messages"}}}) }}
-- Each way to break the messages down counts the same ones, and none brings back more customers than came back.
with

breakdowns as (

    select
        plan_id,
        breakdown,
        sum(messages_count) as messages_count,
        sum(opened_count) as opened_count,
        sum(recalled_count) as recalled_count
    from {{ ref('rpt_winback_messages') }}
    group by plan_id, breakdown

),

recalls as (

    select
        plan_id,
        sum(recalled_count) as recalled_count
    from {{ ref('rpt_winback_evaluation') }}
    where look_scope = 'wave' and segment_type = 'all'
    group by plan_id

)

select parts.*
from breakdowns as parts
left join breakdowns as wholes
    on parts.plan_id = wholes.plan_id and wholes.breakdown = 'channel'
left join recalls
    on parts.plan_id = recalls.plan_id
where
    parts.messages_count is distinct from wholes.messages_count
    or parts.opened_count is distinct from wholes.opened_count
    or parts.recalled_count is distinct from wholes.recalled_count
    or not coalesce(parts.recalled_count <= recalls.recalled_count, false)
