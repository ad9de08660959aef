{%- set those_taken_next -%}
    partition by walk_number, last_accepted_step order by step_number desc
    rows between unbounded preceding and current row
{%- endset -%}
-- Each funnel in each of its modes as a walk, step by step, in numbers: which steps are taken next from the one before,
-- what ends it before that, and how long one of them is waited for. A step is a bit of one number, so that
-- `marks & accepted_steps` says whether an event is taken.
-- Durations are told in days, of shorter windows in hours, minutes or seconds, so that curves have few points.
-- One row per walk number and step number.
with

funnels as (

    select * from {{ ref('funnels') }}

),

funnel_steps as (

    select * from {{ ref('funnel_steps') }}

),

modes as (

    select 'observed' as mode
    union all
    select 'imputed'

),

walks as (

    select
        modes.mode,
        funnels.*,
        case funnels.window_unit
            when 'second' then 1
            when 'minute' then 60
            when 'hour' then 3600
            else 86400
        end as seconds_of_unit,
        dense_rank() over (order by funnels.funnel_id, modes.mode) as walk_number
    from funnels
    inner join modes
        on {{ is_listed('modes.mode', 'funnels.modes') }}

),

{# In imputed mode every step but the first may be left out. #}
steps_of_walks as (

    select
        walks.*,
        funnel_steps.step_number,
        funnel_steps.step,
        funnel_steps.window_length * walks.seconds_of_unit as step_window_seconds,
        walks.step_order = 'any' as is_any_order,
        funnel_steps.step_number > 1 and (walks.mode = 'imputed' or funnel_steps.is_optional) as is_skippable,
        power(2, funnel_steps.step_number - 1) as step_bit,
        max(funnel_steps.step_number) over (partition by walks.walk_number) as steps_count
    from walks
    inner join funnel_steps
        on walks.funnel_id = funnel_steps.funnel_id

),

steps_with_neighbours as (

    select
        *,
        coalesce(
            min(case when not is_skippable then step_number end) over (
                partition by walk_number order by step_number desc
                rows between unbounded preceding and current row
            ),
            steps_count
        ) as last_accepted_step,
        case
            when is_any_order or mode = 'imputed' then step_number - 1
            else
                max(case when not is_skippable then step_number end) over (
                    partition by walk_number order by step_number
                    rows between unbounded preceding and 1 preceding
                )
        end as step_before
    from steps_of_walks

),

funnel_walks_compiled as (

    select
        cast(walk_number as integer) as walk_number,
        funnel_id,
        mode,
        entity_type,
        lifecycle_id,
        attempts_kept,
        held_property,
        exit_event_types,
        interrupted_by,
        case when is_any_order then 'any_' || step_number else step end as step,
        cast(step_number as integer) as step_number,
        cast(nullif(step_before, 0) as integer) as step_before,
        cast(steps_count as integer) as steps_count,
        time_zone,
        cast(window_length * seconds_of_unit as bigint) as window_seconds,
        cast(
            case
                when coalesce(window_length * seconds_of_unit, 9e15) > 60 * 86400 then 86400
                when window_length * seconds_of_unit > 2 * 86400 then 3600
                when window_length * seconds_of_unit > 3600 then 60
                else 1
            end as bigint
        ) as resolution_seconds,
        cast(step_window_seconds as bigint) as step_window_seconds,
        {# one of those that may be taken next is waited for as long as the most patient, without a window for ever #}
        cast(
            case
                when
                    not is_any_order
                    and count(step_window_seconds) over ({{ those_taken_next }})
                    = count(*) over ({{ those_taken_next }})
                    then max(step_window_seconds) over ({{ those_taken_next }})
            end as bigint
        ) as patience_seconds,
        cast(case when is_any_order then power(2, steps_count) - 1 else 1 end as bigint) as starting_steps,
        cast(step_bit as bigint) as step_bit,
        cast(
            case when is_any_order then step_bit else power(2, last_accepted_step) - step_bit end as bigint
        ) as accepted_steps,
        cast(
            case
                when {{ is_listed("'ahead'", 'interrupted_by') }}
                    then power(2, steps_count) - power(2, last_accepted_step)
                else 0
            end
            + case when step_number > 2 and {{ is_listed("'start'", 'interrupted_by') }} then 1 else 0 end
            + case when step_number > 2 and {{ is_listed("'done'", 'interrupted_by') }} then step_bit - 2 else 0 end
            + case when exit_event_types is not null then 16777216 else 0 end
            as bigint
        ) as ending_marks,
        coalesce({{ is_listed("'others'", 'interrupted_by') }}, false) as is_interrupted_by_others,
        is_any_order,
        is_skippable,
        is_event_counted_once,
        is_later_instant_required
    from steps_with_neighbours

)

select * from funnel_walks_compiled
