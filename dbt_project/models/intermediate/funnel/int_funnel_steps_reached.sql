-- For each attempt and step: came it to the step before, to this one, or was it lost in between?
-- Where a funnel has no exit events, nobody knows who is lost.
-- An attempt is mature when its whole window lies before as_of; without a window there is no such moment.
-- One row per attempt id and step number.
with

funnel_attempts as (

    select * from {{ ref('fct_funnel_attempts') }}

),

funnels as (

    select * from {{ ref('funnels') }}

),

funnel_steps as (

    select * from {{ ref('funnel_steps') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

attempts_with_steps as (

    select
        funnel_attempts.attempt_id,
        funnel_attempts.funnel_id,
        funnel_attempts.steps_reached_count,
        funnel_attempts.exited_at,
        funnel_attempts.started_at,
        funnel_steps.step_number,
        funnel_steps.step,
        funnels.window_days,
        funnels.exit_event_types
    from funnel_attempts
    inner join funnel_steps
        on funnel_attempts.funnel_id = funnel_steps.funnel_id
    inner join funnels
        on funnel_attempts.funnel_id = funnels.funnel_id

),

funnel_steps_reached as (

    select
        attempts_with_steps.attempt_id,
        attempts_with_steps.funnel_id,
        attempts_with_steps.step_number,
        attempts_with_steps.step,
        attempts_with_steps.steps_reached_count >= attempts_with_steps.step_number - 1 as has_entered,
        attempts_with_steps.steps_reached_count >= attempts_with_steps.step_number as has_converted,
        case
            when attempts_with_steps.exit_event_types is not null
                then
                    attempts_with_steps.steps_reached_count = attempts_with_steps.step_number - 1
                    and attempts_with_steps.exited_at is not null
        end as is_lost,
        coalesce(
            {{ dbt.dateadd('day', 'attempts_with_steps.window_days', 'attempts_with_steps.started_at') }}
            <= build_clocks_resolved.as_of,
            false
        ) as is_mature
    from attempts_with_steps
    cross join build_clocks_resolved

)

select * from funnel_steps_reached
