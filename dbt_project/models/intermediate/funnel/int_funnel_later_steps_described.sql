-- For each attempt whose breakdown is told by a later event than the one that began it, by the last step that it
-- reached or by its n-th, what that event tells; nothing where the step was not reached.
-- One row per attempt id and breakdown.
with

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

funnel_attempts_kept as (

    select * from {{ ref('int_funnel_attempts_kept') }}

),

funnel_events_described as (

    select * from {{ ref('int_funnel_events_described') }}

),

later_events as (

    select
        attempts.attempt_id,
        attempts.customer_id,
        attempts.started_local_at,
        breakdowns.breakdown,
        breakdowns.property,
        case breakdowns.at_step
            {% for step in range(1, 9) -%}
                when '{{ step }}' then attempts.step_{{ step }}_event_id
            {% endfor -%}
            when 'last' then attempts.last_event_id
        end as event_id
    from funnel_attempts_kept as attempts
    inner join funnel_breakdowns as breakdowns
        on attempts.funnel_id = breakdowns.funnel_id
    where not attempts.is_excluded and breakdowns.at_step != 'first'

),

funnel_later_steps_described as (

    select
        later_events.attempt_id,
        later_events.customer_id,
        later_events.started_local_at,
        later_events.breakdown,
        later_events.property,
        described.channel,
        described.campaign_id,
        described.owner_id,
        described.function_code,
        described.direction,
        described.detail,
        described.occurred_at as told_at
    from later_events
    left join funnel_events_described as described
        on later_events.event_id = described.event_id

)

select * from funnel_later_steps_described
