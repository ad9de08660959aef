{%- set instants = ['attempts.step_1_at', 'attempts.step_2_at', 'attempts.step_3_at', 'attempts.step_4_at',
    'attempts.step_5_at', 'attempts.step_6_at', 'attempts.step_7_at', 'attempts.step_8_at'] -%}
{# One model reads this, once; to write it down costs as much as to count it. #}
{{ config(materialized='view') }}
-- For each attempt that came to the step before, what became of the step and how long that took, told from the start
-- and, where that is another, from the step before. Steps that were neither reached nor given up are open at as_of.
-- One row per attempt id, step number and where the time is measured from.
with

funnel_attempts as (

    select * from {{ ref('fct_funnel_attempts') }}

),

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

steps as (

    select
        attempts.attempt_id,
        attempts.attempt_status,
        walks.walk_number,
        attempts.started_at,
        attempts.ended_at,
        walks.step_number,
        walks.step_before,
        walks.resolution_seconds,
        clocks.as_of,
        coalesce(
            {{ dbt.dateadd('second', 'walks.window_seconds', 'attempts.started_at') }} <= clocks.as_of, false
        ) as is_mature,
        case coalesce(walks.step_before, 1)
            {% for step in range(1, 8) -%}
                when {{ step }} then attempts.step_{{ step }}_at
            {% endfor %}
        end as before_at,
        case walks.step_number
            {% for step in range(1, 9) -%}
                when {{ step }} then attempts.step_{{ step }}_at
            {% endfor %}
        end as reached_at,
        {# where a later step was reached, one that was left out can no longer be #}
        case walks.step_number
            {% for step in range(1, 8) -%}
                when {{ step }} then coalesce(
                    {{ instants[step:] | join(',
                    ') }}
                )
            {% endfor %}
        end as passed_at
    from funnel_attempts as attempts
    inner join funnel_walks_compiled as walks
        on attempts.funnel_id = walks.funnel_id and attempts.mode = walks.mode
    cross join build_clocks_resolved as clocks
    where not attempts.is_excluded

),

steps_measured as (

    select
        *,
        'start' as measured_from,
        started_at as entered_at
    from steps
    union all
    select
        *,
        'step_before',
        before_at
    from steps
    where before_at is not null and step_before > 1

),

funnel_steps_timed as (

    select
        attempt_id,
        walk_number,
        step_number,
        measured_from,
        case
            when reached_at is not null then 'converted'
            when passed_at is not null then 'expired'
            when attempt_status in ('lost', 'interrupted') then 'lost'
            when attempt_status = 'open' then 'open'
            else 'expired'
        end as outcome,
        is_mature,
        resolution_seconds,
        -floor(
            -{{ dbt.datediff('entered_at', 'coalesce(reached_at, passed_at, ended_at, as_of)', 'second') }}
            / cast(resolution_seconds as double)
        ) as duration
    from steps_measured

)

select * from funnel_steps_timed
