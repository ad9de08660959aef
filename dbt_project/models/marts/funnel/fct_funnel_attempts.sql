-- The attempts of every entity at every funnel that count, with the instant of each step that was reached, and the end.
-- One row per attempt id.
with

funnel_attempts_kept as (

    select * from {{ ref('int_funnel_attempts_kept') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

{# Kept attempts know when their time will run out. #}
attempts_by_now as (

    select
        attempts.*,
        coalesce(attempts.status = 'expired' and attempts.ended_at > clocks.as_of, false) as is_still_open
    from funnel_attempts_kept as attempts
    cross join build_clocks_resolved as clocks

),

funnel_attempts as (

    select
        -- ids
        attempt_id,
        funnel_id,
        entity_id,
        customer_id,

        -- strings
        mode,
        held_value,
        channel,
        case when is_excluded then 'excluded' when is_still_open then 'open' else status end as attempt_status,
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
        case when not is_still_open then ended_at end as ended_at
    from attempts_by_now

)

select * from funnel_attempts
