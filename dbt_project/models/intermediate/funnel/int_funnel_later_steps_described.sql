-- For each attempt whose breakdown is told by a later event than the one that began it, by the last step that it
-- reached or by its n-th, what that event tells; nothing where the step was not reached.
-- One row per life number, start number and breakdown.
with

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

funnel_attempts_timed as (

    select * from {{ ref('int_funnel_attempts_timed') }}

),

funnel_steps_walked as (

    select * from {{ ref('int_funnel_steps_walked') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

funnel_events_described as (

    select * from {{ ref('int_funnel_events_described') }}

),

breakdowns_of_steps as (

    select
        funnel_id,
        breakdown,
        property,
        at_step,
        {{ dbt.safe_cast('at_step', 'integer') }} as at_step_number
    from funnel_breakdowns

),

later_events as (

    select
        attempts.life_number,
        attempts.start_number,
        attempts.customer_id,
        attempts.started_local_at,
        breakdowns.breakdown,
        breakdowns.property,
        case breakdowns.at_step when 'last' then attempts.last_number else steps.event_number end as event_number
    from funnel_attempts_timed as attempts
    inner join breakdowns_of_steps as breakdowns
        on attempts.funnel_id = breakdowns.funnel_id
    left join funnel_steps_walked as steps
        on
            attempts.life_number = steps.life_number
            and attempts.start_number = steps.start_number
            and breakdowns.at_step_number = steps.step_number
            and steps.is_reached
    where not attempts.is_excluded and breakdowns.at_step != 'first'

),

funnel_later_steps_described as (

    select
        later_events.life_number,
        later_events.start_number,
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
        heard.occurred_at as told_at
    from later_events
    left join funnel_events_heard as heard
        on later_events.life_number = heard.life_number and later_events.event_number = heard.event_number
    left join funnel_events_described as described
        on heard.event_id = described.event_id

)

select * from funnel_later_steps_described
