-- The first attempt of every entity at every funnel, with the instant of each step that it reached.
-- A lost attempt keeps the instant at which it was lost.
-- One row per attempt id.
with

funnel_attempts_walked as (

    select * from {{ ref('int_funnel_attempts_walked') }}

),

funnel_attempts_lost as (

    select * from {{ ref('int_funnel_attempts_lost') }}

),

funnel_steps as (

    select * from {{ ref('funnel_steps') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

start_properties as (

    select
        funnel_attempts_walked.funnel_id,
        funnel_attempts_walked.entity_id,
        min(customer_events.customer_id) as customer_id,
        min(customer_events.channel) as channel
    from funnel_attempts_walked
    inner join funnel_steps
        on
            funnel_attempts_walked.funnel_id = funnel_steps.funnel_id
            and funnel_steps.step_number = 1
    inner join customer_events
        on
            funnel_attempts_walked.entity_id = customer_events.entity_id
            and funnel_attempts_walked.step_1_at = customer_events.occurred_at
            and funnel_steps.event_type = customer_events.event_type
    group by funnel_attempts_walked.funnel_id, funnel_attempts_walked.entity_id

),

funnel_attempts as (

    select
        -- ids
        {{ surrogate_key(['attempts.funnel_id', 'attempts.entity_id', 'attempts.step_1_at']) }} as attempt_id,
        attempts.funnel_id,
        attempts.entity_id,
        start_properties.customer_id,

        -- strings
        start_properties.channel,

        -- numerics
        cast(1 as integer) as attempt_number,
        cast(attempts.steps_reached_count as bigint) as steps_reached_count,

        -- booleans
        attempts.is_converted,

        -- timestamps
        attempts.step_1_at as started_at,
        {% for step in range(1, 9) -%}
            attempts.step_{{ step }}_at,
        {% endfor -%}
        funnel_attempts_lost.exited_at
    from funnel_attempts_walked as attempts
    left join start_properties
        on
            attempts.funnel_id = start_properties.funnel_id
            and attempts.entity_id = start_properties.entity_id
    left join funnel_attempts_lost
        on
            attempts.funnel_id = funnel_attempts_lost.funnel_id
            and attempts.entity_id = funnel_attempts_lost.entity_id

)

select * from funnel_attempts
