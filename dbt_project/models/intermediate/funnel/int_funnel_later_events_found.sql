-- Of the attempts whose breakdowns are told by a later event than the one that began them - by the last step that they
-- reached, or by their n-th - these events; nothing where the step was not reached.
-- One row per life number and start number.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

funnel_attempts_chosen as (

    select * from {{ ref('int_funnel_attempts_chosen') }}

),

funnel_steps_walked as (

    select * from {{ ref('int_funnel_steps_walked') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

steps_asked_for as (

    select distinct
        walks.walk_number,
        breakdowns.at_step,
        {{ dbt.safe_cast('breakdowns.at_step', 'integer') }} as at_step_number
    from funnel_walks_compiled as walks
    inner join funnel_breakdowns as breakdowns
        on walks.funnel_id = breakdowns.funnel_id
    where walks.step_number = 1 and breakdowns.at_step != 'first'

),

later_events as (

    select
        chosen.life_number,
        chosen.start_number,
        asked_for.at_step,
        case asked_for.at_step when 'last' then chosen.last_number else steps.event_number end as event_number
    from funnel_attempts_chosen as chosen
    inner join steps_asked_for as asked_for
        on chosen.walk_number = asked_for.walk_number
    left join funnel_steps_walked as steps
        on
            chosen.life_number = steps.life_number
            and chosen.start_number = steps.start_number
            and asked_for.at_step_number = steps.step_number
            and steps.is_reached

),

funnel_later_events_found as (

    select
        later_events.life_number,
        later_events.start_number,
        {% for step in range(1, 9) -%}
            min(case when later_events.at_step = '{{ step }}' then heard.event_id end) as step_{{ step }}_event_id,
        {% endfor -%}
        min(case when later_events.at_step = 'last' then heard.event_id end) as last_event_id
    from later_events
    inner join funnel_events_heard as heard
        on later_events.life_number = heard.life_number and later_events.event_number = heard.event_number
    group by later_events.life_number, later_events.start_number

)

select * from funnel_later_events_found
