{%- set instants = ['instants.seen_1_at', 'instants.seen_2_at', 'instants.seen_3_at', 'instants.seen_4_at',
    'instants.seen_5_at', 'instants.seen_6_at', 'instants.seen_7_at', 'instants.seen_8_at'] -%}
-- The attempts that count, with the instant of each step. Where a walk is imputed, a step that was left out has the
-- instant of the next one that was seen; where its steps come in any order, step n is the n-th that was reached.
-- One row per life number and start number.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_lives_numbered as (

    select * from {{ ref('int_funnel_lives_numbered') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

funnel_events_described as (

    select * from {{ ref('int_funnel_events_described') }}

),

funnel_steps_walked as (

    select * from {{ ref('int_funnel_steps_walked') }}

),

funnel_attempts_chosen as (

    select * from {{ ref('int_funnel_attempts_chosen') }}

),

funnel_later_events_found as (

    select * from {{ ref('int_funnel_later_events_found') }}

),

{# Only steps of any order have to be sorted. #}
steps_in_order as (

    select
        steps.life_number,
        steps.start_number,
        steps.step_number,
        steps.occurred_at
    from funnel_steps_walked as steps
    inner join funnel_walks_compiled as walks
        on steps.walk_number = walks.walk_number and walks.step_number = 1
    where steps.is_reached and not walks.is_any_order
    union all
    select
        steps.life_number,
        steps.start_number,
        row_number() over (partition by steps.life_number, steps.start_number order by steps.event_number),
        steps.occurred_at
    from funnel_steps_walked as steps
    inner join funnel_walks_compiled as walks
        on steps.walk_number = walks.walk_number and walks.step_number = 1
    where steps.is_reached and walks.is_any_order

),

instants as (

    select
        life_number,
        start_number,
        {% for step in range(1, 9) -%}
            min(case when step_number = {{ step }} then occurred_at end) as seen_{{ step }}_at,
        {% endfor -%}
        count(*) as seen_count
    from steps_in_order
    group by life_number, start_number

),

lost_reasons as (

    select
        chosen.life_number,
        chosen.start_number,
        events.detail as lost_reason
    from funnel_attempts_chosen as chosen
    inner join funnel_events_described as events
        on chosen.lost_event_id = events.event_id

),

funnel_attempts_timed as (

    select
        chosen.attempt_number,
        chosen.steps_reached_count,
        chosen.status,
        chosen.is_excluded,
        chosen.started_at,
        chosen.ended_at,
        walks.funnel_id,
        walks.mode,
        walks.entity_type,
        lives.entity_id,
        nullif(lives.held_value, '') as held_value,
        began.event_id as start_event_id,
        started.customer_id,
        started.channel,
        started.campaign_id,
        started.owner_id,
        started.function_code,
        started.direction,
        started.detail,
        lost_reasons.lost_reason,
        {% for step in range(1, 9) -%}
            case
                when walks.mode = 'imputed'
                    then coalesce(
                        {{ instants[step - 1:] | join(',\n                        ') }}
                    )
                else {{ instants[step - 1] }}
            end as step_{{ step }}_at,
        {% endfor -%}
        {% for step in range(1, 9) -%}
            later.step_{{ step }}_event_id,
        {% endfor -%}
        later.last_event_id,
        chosen.steps_reached_count - instants.seen_count as skipped_steps_count,
        case
            when walks.time_zone = 'UTC' then chosen.started_at
            else {{ local_time('chosen.started_at', 'walks.time_zone') }}
        end as started_local_at
    from funnel_attempts_chosen as chosen
    inner join funnel_walks_compiled as walks
        on chosen.walk_number = walks.walk_number and walks.step_number = 1
    inner join funnel_lives_numbered as lives
        on chosen.life_number = lives.life_number
    inner join funnel_events_heard as began
        on chosen.life_number = began.life_number and chosen.start_number = began.event_number
    inner join funnel_events_described as started
        on began.event_id = started.event_id
    left join lost_reasons
        on chosen.life_number = lost_reasons.life_number and chosen.start_number = lost_reasons.start_number
    left join funnel_later_events_found as later
        on chosen.life_number = later.life_number and chosen.start_number = later.start_number
    inner join instants
        on chosen.life_number = instants.life_number and chosen.start_number = instants.start_number

)

select * from funnel_attempts_timed
