-- Why attempts were lost, and before which step: the source's own words, with their share of the losses there.
-- One row per funnel id, mode, step number and lost reason.
with

funnel_attempts as (

    select * from {{ ref('fct_funnel_attempts') }}

),

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

losses as (

    select
        funnel_id,
        mode,
        steps_reached_count + 1 as step_number,
        coalesce(lost_reason, 'unknown') as lost_reason,
        count(*) as lost_count
    from funnel_attempts
    where attempt_status = 'lost'
    group by funnel_id, mode, steps_reached_count, coalesce(lost_reason, 'unknown')

),

losses_of_step as (

    select
        *,
        sum(lost_count) over (partition by funnel_id, mode, step_number) as step_lost_count
    from losses

),

funnel_lost_reasons as (

    select
        -- ids
        {{ surrogate_key(['losses.funnel_id', 'losses.mode', 'losses.step_number', 'losses.lost_reason']) }}
            as funnel_lost_reason_id,
        losses.funnel_id,

        -- strings
        losses.mode,
        walks.step as step_missed,
        losses.lost_reason,

        -- numerics
        cast(losses.step_number as integer) as step_number,
        cast(losses.lost_count as bigint) as lost_count,
        cast(losses.step_lost_count as bigint) as step_lost_count,
        losses.lost_count / cast(losses.step_lost_count as double) as lost_share_rate,
        {{ wilson_limit('losses.lost_count', 'losses.step_lost_count', -1) }} as lost_share_rate_lower,
        {{ wilson_limit('losses.lost_count', 'losses.step_lost_count', 1) }} as lost_share_rate_upper
    from losses_of_step as losses
    inner join funnel_walks_compiled as walks
        on
            losses.funnel_id = walks.funnel_id
            and losses.mode = walks.mode
            and losses.step_number = walks.step_number

)

select * from funnel_lost_reasons
