-- Attempts that an exit event ended before the next step: the first exit at or after the last step reached.
-- An attempt that went on after an exit is not lost by it.
-- One row per funnel id and entity id.
with

funnel_attempts_walked as (

    select * from {{ ref('int_funnel_attempts_walked') }}

),

funnels as (

    select * from {{ ref('funnels') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

exit_events as (

    select
        funnels.funnel_id,
        customer_events.entity_id,
        customer_events.occurred_at
    from funnels
    inner join customer_events
        on
            funnels.entity_type = customer_events.entity_type
            and {{ is_listed('customer_events.event_type', 'funnels.exit_event_types') }}

),

funnel_attempts_lost as (

    select
        funnel_attempts_walked.funnel_id,
        funnel_attempts_walked.entity_id,
        min(exit_events.occurred_at) as exited_at
    from funnel_attempts_walked
    inner join exit_events
        on
            funnel_attempts_walked.funnel_id = exit_events.funnel_id
            and funnel_attempts_walked.entity_id = exit_events.entity_id
            and funnel_attempts_walked.last_step_at <= exit_events.occurred_at
    where not funnel_attempts_walked.is_converted
    group by funnel_attempts_walked.funnel_id, funnel_attempts_walked.entity_id

)

select * from funnel_attempts_lost
