-- The attempts of every entity at every funnel that count, with the instant of each step that was reached, and the end.
-- One row per attempt id.
with

funnel_attempts_timed as (

    select * from {{ ref('int_funnel_attempts_timed') }}

),

funnel_attempts as (

    select
        -- ids
        {{ surrogate_key(['funnel_id', 'mode', 'entity_id', 'held_value', 'start_event_id']) }} as attempt_id,
        funnel_id,
        entity_id,
        customer_id,

        -- strings
        mode,
        held_value,
        channel,
        case when is_excluded then 'excluded' else status end as attempt_status,
        lost_reason,

        -- numerics
        cast(attempt_number as integer) as attempt_number,
        cast(steps_reached_count as bigint) as steps_reached_count,
        cast(skipped_steps_count as bigint) as skipped_steps_count,

        -- booleans
        status = 'converted' as is_converted,
        is_excluded,

        -- timestamps
        started_at,
        {% for step in range(1, 9) -%}
            step_{{ step }}_at,
        {% endfor -%}
        ended_at
    from funnel_attempts_timed

)

select * from funnel_attempts
