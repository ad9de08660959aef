{{ config(
    materialized='kept' if target.type == 'duckdb' else 'table',
    meta={
        'key': ['entity_type', 'entity_id'],
        'heard': 'int_funnel_entities_heard',
        'worked_out': 'int_funnel_entities_changed',
        'recorded': 'recorded_funnel_entities',
    },
) }}
-- The attempts that count, of everybody: worked out in this build or, while the entity heard nothing new, in an earlier
-- one. So nothing here may depend on as_of: an attempt that has a time to run out has the instant at which it does so,
-- be it still to come.
-- depends_on: {{ ref('int_funnel_entities_heard') }} {{ ref('int_funnel_entities_changed') }}
-- depends_on: {{ source('landing', 'recorded_funnel_entities') }}
-- One row per attempt id.
with

funnel_attempts_timed as (

    select * from {{ ref('int_funnel_attempts_timed') }}

),

{# Numbers of lives and of events hold for one build. #}
funnel_attempts_kept as (

    select
        {{ surrogate_key(['funnel_id', 'mode', 'entity_id', 'held_value', 'start_event_id']) }} as attempt_id,
        funnel_id,
        mode,
        entity_type,
        entity_id,
        held_value,
        customer_id,
        channel,
        campaign_id,
        owner_id,
        function_code,
        direction,
        detail,
        status,
        lost_reason,
        attempt_number,
        steps_reached_count,
        skipped_steps_count,
        is_excluded,
        started_at,
        started_local_at,
        {% for step in range(1, 9) -%}
            step_{{ step }}_at,
        {% endfor -%}
        ended_at,
        {% for step in range(1, 9) -%}
            step_{{ step }}_event_id,
        {% endfor -%}
        last_event_id
    from funnel_attempts_timed

)

select * from funnel_attempts_kept
