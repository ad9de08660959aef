-- Each return of a customer from a lapsed stage into a progress stage: did a campaign reach it there, shortly before?
-- The last touch wins that the company made for a campaign, after the customer had lapsed and before it returned.
-- One row per life number and move number.
with

stage_moves_folded as (

    select * from {{ ref('int_stage_moves_folded') }}

),

stage_lives_numbered as (

    select * from {{ ref('int_stage_lives_numbered') }}

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
        moves.life_number,
        moves.move_number,
        lives.customer_id,
        moves.occurred_at as returned_at,
        moves.previous_occurred_at as lapsed_at
    from stage_moves_folded as moves
    inner join return_steps
        on
            moves.lifecycle_id = return_steps.lifecycle_id
            and moves.from_number = return_steps.from_number
            and moves.to_number = return_steps.to_number
    inner join stage_lives_numbered as lives
        on moves.life_number = lives.life_number

),

touches_ranked as (

    select
        returns.life_number,
        returns.move_number,
        touches.campaign_id,
        row_number() over (
            partition by returns.life_number, returns.move_number
            order by touches.occurred_at desc, touches.event_id asc
        ) as touch_rank
    from returns
    inner join customer_events as touches
        on
            returns.customer_id = touches.customer_id
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
        returns.life_number,
        returns.move_number,
        case when touches_ranked.campaign_id is null then 'organic' else 'campaign' end as reactivation_source,
        touches_ranked.campaign_id as reactivation_campaign_id
    from returns
    left join touches_ranked
        on
            returns.life_number = touches_ranked.life_number
            and returns.move_number = touches_ranked.move_number
            and touches_ranked.touch_rank = 1

)

select * from reactivations_attributed
