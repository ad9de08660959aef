{%- set last_step = 8 -%}
-- How far the first attempt of every entity at every funnel came, and when.
-- Steps count in their order: the first event of a step's type at or after the step before, and within
-- the funnel's window from the start, both ends included; a funnel without a window never ends.
-- One row per funnel id and entity id.
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
        funnels.window_days,
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

reached_1 as (

    select
        funnel_id,
        entity_id,
        coalesce(
            {{ dbt.dateadd('day', 'window_days', 'min(occurred_at)') }},
            cast('9999-12-31' as timestamp)
        ) as window_ends_at,
        min(occurred_at) as step_1_at
    from step_events
    where step_number = 1
    group by funnel_id, entity_id, window_days

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
                and earlier.step_{{ step - 1 }}_at <= later.occurred_at
                and earlier.window_ends_at >= later.occurred_at
        group by {{ range(1, step + 3) | join(', ') }}

    ),
{% endfor %}
steps_per_funnel as (

    select
        funnel_id,
        max(step_number) as steps_count
    from funnel_steps
    group by funnel_id

),

attempts_counted as (

    select
        *,
        {% for step in range(1, last_step + 1) -%}
            case when step_{{ step }}_at is null then 0 else 1 end {{ '+' if not loop.last }}
        {% endfor -%}
            as steps_reached_count,
        greatest(
            {% for step in range(1, last_step + 1) -%}
                coalesce(step_{{ step }}_at, step_1_at){{ ',' if not loop.last }}
            {% endfor -%}
        ) as last_step_at
    from reached_{{ last_step }}

),

funnel_attempts_walked as (

    select
        attempts_counted.*,
        attempts_counted.steps_reached_count = steps_per_funnel.steps_count as is_converted
    from attempts_counted
    inner join steps_per_funnel
        on attempts_counted.funnel_id = steps_per_funnel.funnel_id

)

select * from funnel_attempts_walked
