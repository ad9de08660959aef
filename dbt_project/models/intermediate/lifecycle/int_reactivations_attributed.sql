-- Each return of a customer from a lapsed stage into a progress stage: did a campaign reach it there, shortly before?
-- The last touch wins that the company made for a campaign, after the customer had lapsed and before it returned.
-- One row per lifecycle id, entity id and move number.
with

stage_moves_folded as (

    select * from {{ ref('int_stage_moves_folded') }}

),

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

return_steps as (

    select
        lifecycles.lifecycle_id,
        befores.stage_number as from_number,
        afters.stage_number as to_number
    from lifecycles
    inner join lifecycle_stages as befores
        on lifecycles.lifecycle_id = befores.lifecycle_id
    inner join lifecycle_stages as afters
        on lifecycles.lifecycle_id = afters.lifecycle_id
    where lifecycles.entity_type = 'customer' and befores.generic_stage = 'lapsed' and afters.kind = 'progress'

),

returns as (

    select
        moves.lifecycle_id,
        moves.entity_id,
        moves.move_number,
        moves.occurred_at as returned_at,
        lapses.occurred_at as lapsed_at
    from stage_moves_folded as moves
    inner join return_steps
        on
            moves.lifecycle_id = return_steps.lifecycle_id
            and moves.from_number = return_steps.from_number
            and moves.to_number = return_steps.to_number
    inner join stage_moves_folded as lapses
        on
            moves.lifecycle_id = lapses.lifecycle_id
            and moves.entity_id = lapses.entity_id
            and moves.move_number - 1 = lapses.move_number

),

touches_ranked as (

    select
        returns.lifecycle_id,
        returns.entity_id,
        returns.move_number,
        touches.campaign_id,
        row_number() over (
            partition by returns.lifecycle_id, returns.entity_id, returns.move_number
            order by touches.occurred_at desc, touches.event_id asc
        ) as touch_rank
    from returns
    inner join customer_events as touches
        on
            returns.entity_id = touches.customer_id
            and returns.lapsed_at <= touches.occurred_at
            and returns.returned_at > touches.occurred_at
    inner join thresholds
        on thresholds.threshold_id = 'reactivation_campaign_days'
    where
        touches.direction = 'outbound'
        and touches.campaign_id is not null
        and returns.returned_at
        <= {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'touches.occurred_at') }}

),

reactivations_attributed as (

    select
        returns.lifecycle_id,
        returns.entity_id,
        returns.move_number,
        case when touches_ranked.campaign_id is null then 'organic' else 'campaign' end as reactivation_source,
        touches_ranked.campaign_id as reactivation_campaign_id
    from returns
    left join touches_ranked
        on
            returns.lifecycle_id = touches_ranked.lifecycle_id
            and returns.entity_id = touches_ranked.entity_id
            and returns.move_number = touches_ranked.move_number
            and touches_ranked.touch_rank = 1

)

select * from reactivations_attributed
