{%- set last_step = 8 -%}
-- The first attempt of every entity at every funnel, with the instant of each step that it reached.
-- Steps count in their order: the first event of a step's type at or after the step before, and within
-- the funnel's window from the start, both ends included. A lost attempt keeps the instant it was lost.
-- One row per attempt id.
with

funnels as (

    select * from {{ ref('funnels') }}

),

funnel_steps as (

    select * from {{ ref('funnel_steps') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

step_events as (

    select
        funnel_steps.funnel_id,
        funnel_steps.step_number,
        customer_events.entity_id,
        customer_events.occurred_at
    from funnel_steps
    inner join funnels
        on funnel_steps.funnel_id = funnels.funnel_id
    inner join customer_events
        on
            funnels.entity_type = customer_events.entity_type
            and funnel_steps.event_type = customer_events.event_type
    where customer_events.entity_id is not null

),

starts as (

    select
        step_events.funnel_id,
        step_events.entity_id,
        min(step_events.occurred_at) as step_1_at
    from step_events
    where step_events.step_number = 1
    group by step_events.funnel_id, step_events.entity_id

),

reached_1 as (

    select
        starts.*,
        {{ dbt.dateadd('day', 'funnels.window_days', 'starts.step_1_at') }} as window_ends_at
    from starts
    inner join funnels
        on starts.funnel_id = funnels.funnel_id

),
{% for step in range(2, last_step + 1) %}
reached_{{ step }} as (

    select
        earlier.funnel_id,
        earlier.entity_id,
        earlier.window_ends_at,
        {% for done in range(1, step) -%}
        earlier.step_{{ done }}_at,
        {% endfor -%}
        min(later.occurred_at) as step_{{ step }}_at
    from reached_{{ step - 1 }} as earlier
    left join step_events as later
        on
            earlier.funnel_id = later.funnel_id
            and earlier.entity_id = later.entity_id
            and later.step_number = {{ step }}
            and later.occurred_at >= earlier.step_{{ step - 1 }}_at
            and (earlier.window_ends_at is null or later.occurred_at <= earlier.window_ends_at)
    group by
        earlier.funnel_id,
        earlier.entity_id,
        earlier.window_ends_at
        {%- for done in range(1, step) %},
        earlier.step_{{ done }}_at
        {%- endfor %}

),
{% endfor %}
exits as (

    select
        funnels.funnel_id,
        customer_events.entity_id,
        min(customer_events.occurred_at) as exited_at
    from funnels
    inner join customer_events
        on
            funnels.entity_type = customer_events.entity_type
            and '|' || funnels.exit_event_types || '|' like '%|' || customer_events.event_type || '|%'
    where customer_events.entity_id is not null
    group by funnels.funnel_id, customer_events.entity_id

),

start_properties as (

    select
        reached_1.funnel_id,
        reached_1.entity_id,
        min(customer_events.customer_id) as customer_id,
        min(customer_events.channel) as channel
    from reached_1
    inner join funnel_steps
        on
            reached_1.funnel_id = funnel_steps.funnel_id
            and funnel_steps.step_number = 1
    inner join customer_events
        on
            reached_1.entity_id = customer_events.entity_id
            and reached_1.step_1_at = customer_events.occurred_at
            and funnel_steps.event_type = customer_events.event_type
    group by reached_1.funnel_id, reached_1.entity_id

),

steps_per_funnel as (

    select funnel_id, max(step_number) as steps_count
    from funnel_steps
    group by funnel_id

),

attempts as (

    select
        reached_{{ last_step }}.*,
        {% for step in range(1, last_step + 1) -%}
        case when step_{{ step }}_at is null then 0 else 1 end {{ '+' if not loop.last }}
        {% endfor -%}
        as steps_reached_count
    from reached_{{ last_step }}

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
        cast(attempts.steps_reached_count as integer) as steps_reached_count,

        -- booleans
        attempts.steps_reached_count = steps_per_funnel.steps_count as is_converted,

        -- timestamps
        attempts.step_1_at as started_at,
        {% for step in range(1, last_step + 1) -%}
        attempts.step_{{ step }}_at,
        {% endfor -%}
        case
            when
                attempts.steps_reached_count < steps_per_funnel.steps_count
                and exits.exited_at >= attempts.step_1_at
                then exits.exited_at
        end as exited_at

    from attempts
    inner join steps_per_funnel
        on attempts.funnel_id = steps_per_funnel.funnel_id
    left join start_properties
        on
            attempts.funnel_id = start_properties.funnel_id
            and attempts.entity_id = start_properties.entity_id
    left join exits
        on
            attempts.funnel_id = exits.funnel_id
            and attempts.entity_id = exits.entity_id

)

select * from funnel_attempts
