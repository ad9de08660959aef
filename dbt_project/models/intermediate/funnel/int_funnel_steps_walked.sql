{%- set from_behind -%}
    partition by life_number order by occurred_at desc, place desc
    rows between unbounded preceding and current row
{%- endset -%}
-- How every start of every life goes on, step by step: from the event of the step before to the first one that the walk
-- accepts. A start that an exit or an interruption ends before that has a row for it, with the event that did it.
-- Level by level, all starts at once: starts and events are put into one order, and a running minimum from behind finds
-- the next event. So a life of any length costs a sort, and a further funnel costs what its own events cost.
-- One row per life number, start number and step number.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_starts_found as (

    select * from {{ ref('int_funnel_starts_found') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

{# A place is where a start looks on from: doubled numbers leave room between two events, and its own comes first. Where
a later instant is required, all of this instant is behind it but an exit. #}
looking_1 as (

    select
        life_number,
        walk_number,
        start_number,
        2 * start_number - 1 as place,
        occurred_at,
        window_ends_at
    from funnel_starts_found

),
{% for step in range(1, 9) %}
    places_{{ step }} as (

        select
            life_number,
            walk_number,
            start_number,
            place,
            cast(null as bigint) as accepted_code,
            cast(null as bigint) as ending_number,
            occurred_at,
            window_ends_at
        from looking_{{ step }}
        union all
        select
            heard.life_number,
            heard.walk_number,
            cast(null as bigint),
            2 * heard.event_number
            + case when walks.is_later_instant_required and heard.marks & 16777216 > 0 then 9000000000000000 else 0 end,
            case
                when heard.marks & walks.accepted_steps > 0
                    then 2 * heard.event_number + case when heard.marks & walks.step_bit > 0 then 0 else 1 end
            end,
            case when heard.marks & walks.accepted_steps = 0 then heard.event_number end,
            heard.occurred_at,
            cast(null as timestamp)
        from funnel_events_heard as heard
        inner join funnel_walks_compiled as walks
            on heard.walk_number = walks.walk_number and walks.step_number = {{ step }}
        where
            heard.marks & (walks.accepted_steps + walks.ending_marks) > 0
            or (walks.is_interrupted_by_others and heard.marks & 255 = 0 and heard.marks & 33554432 > 0)

    ),

    found_{{ step }} as (

        select
            *,
            min(accepted_code) over ({{ from_behind }}) as next_code,
            min(ending_number) over ({{ from_behind }}) as next_ending_number,
            min(case when accepted_code is not null then occurred_at end) over ({{ from_behind }}) as next_at
        from places_{{ step }}

    ),

    judged_{{ step }} as (

        select
            found.*,
            walks.is_any_order,
            walks.is_skippable,
            walks.is_event_counted_once,
            walks.is_later_instant_required,
            cast(floor(found.next_code / 2) as bigint) as next_number,
            coalesce(
                found.next_ending_number < cast(floor(found.next_code / 2) as bigint),
                found.next_ending_number is not null
            ) as is_ended,
            coalesce(found.next_at <= found.window_ends_at, found.next_at is not null) as is_in_window,
            found.next_code % 2 = 0
            and coalesce(
                found.next_at <= {{ dbt.dateadd('second', 'walks.step_window_seconds', 'found.occurred_at') }}, true
            ) as is_taken
        from found_{{ step }} as found
        inner join funnel_walks_compiled as walks
            on found.walk_number = walks.walk_number and walks.step_number = {{ step }}
        where found.start_number is not null

    ),

    looking_{{ step + 1 }} as (

        select
            life_number,
            walk_number,
            start_number,
            case
                when is_any_order or not is_taken then place
                when is_later_instant_required then 9000000000000000
                when is_event_counted_once then 2 * next_number + 1
                else 2 * next_number - 1
            end as place,
            case when is_taken and not is_any_order then next_at else occurred_at end as occurred_at,
            window_ends_at
        from judged_{{ step }}
        where is_any_order or (is_in_window and not is_ended and (is_taken or is_skippable))

    ),
{% endfor %}
steps_judged as (
    {% for step in range(1, 9) %}
        select
            *,
            {{ step }} as step_number
        from judged_{{ step }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

funnel_steps_walked as (

    select
        life_number,
        walk_number,
        start_number,
        step_number,
        case when is_ended then next_ending_number else next_number end as event_number,
        not is_ended as is_reached,
        case when not is_ended then next_at end as occurred_at
    from steps_judged
    where is_ended or (is_in_window and is_taken)

)

select * from funnel_steps_walked
