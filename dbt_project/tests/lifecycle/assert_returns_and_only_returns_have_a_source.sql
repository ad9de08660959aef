{{ config(meta={"dagster": {"ref": {"name": "fct_stage_transitions"}}}) }}
-- Returns by campaign and of one's own accord must add up to all returns, and a campaign that is said to have brought a
-- customer back must have reached it while it was away.
with

judged as (

    select
        moves.transition_id,
        moves.reactivation_source,
        moves.reactivation_campaign_id,
        coalesce(
            moves.entity_type = 'customer'
            and befores.generic_stage = 'lapsed'
            and afters.stage_kind = 'progress',
            false
        ) as is_return
    from {{ ref('fct_stage_transitions') }} as moves
    left join {{ ref('dim_stages') }} as befores
        on
            moves.lifecycle_id = befores.lifecycle_id
            and moves.from_stage = befores.stage
    inner join {{ ref('dim_stages') }} as afters
        on
            moves.lifecycle_id = afters.lifecycle_id
            and moves.to_stage = afters.stage

),

touched as (

    select distinct moves.transition_id
    from {{ ref('fct_stage_transitions') }} as moves
    inner join {{ ref('fct_stage_intervals') }} as stays
        on
            moves.lifecycle_id = stays.lifecycle_id
            and moves.entity_id = stays.entity_id
            and moves.occurred_at = stays.valid_to_at
            and moves.from_stage = stays.stage
    inner join {{ ref('fct_customer_events') }} as touches
        on
            moves.customer_id = touches.customer_id
            and moves.reactivation_campaign_id = touches.campaign_id
            and stays.valid_from_at <= touches.occurred_at
            and stays.valid_to_at > touches.occurred_at
    where touches.direction = 'outbound'

)

select judged.transition_id
from judged
left join touched
    on judged.transition_id = touched.transition_id
where
    judged.is_return != (judged.reactivation_source is not null)
    or coalesce(judged.reactivation_source = 'campaign', false) != (judged.reactivation_campaign_id is not null)
    or (judged.reactivation_campaign_id is not null and touched.transition_id is null)
