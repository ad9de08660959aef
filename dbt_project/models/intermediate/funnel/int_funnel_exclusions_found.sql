-- For each exclusion the first event that may void a start: it comes after the steps up to `after_step`, and before the
-- step at which it no longer counts.
-- One row per life number, start number and exclusion's mark.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_exclusions as (

    select * from {{ ref('funnel_exclusions') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

funnel_steps_walked as (

    select * from {{ ref('int_funnel_steps_walked') }}

),

exclusions as (

    select
        walks.walk_number,
        funnel_exclusions.after_step,
        funnel_exclusions.before_step,
        funnel_exclusions.scope,
        cast(power(2, 7 + funnel_exclusions.exclusion_number) as bigint) as mark
    from funnel_exclusions
    inner join funnel_walks_compiled as walks
        on funnel_exclusions.funnel_id = walks.funnel_id and walks.step_number = 1

),

watches as (

    select
        steps.life_number,
        steps.start_number,
        exclusions.mark,
        exclusions.scope,
        min(case when steps.step_number >= exclusions.before_step then steps.event_number end) as until_number,
        max(case when steps.step_number <= exclusions.after_step then steps.event_number end) as after_number
    from funnel_steps_walked as steps
    inner join exclusions
        on steps.walk_number = exclusions.walk_number
    where steps.is_reached
    group by steps.life_number, steps.start_number, exclusions.mark, exclusions.scope, exclusions.after_step
    having max(steps.step_number) >= exclusions.after_step

),

marks as (

    select distinct
        walk_number,
        mark
    from exclusions

),

places as (

    select
        life_number,
        mark,
        start_number,
        scope,
        until_number,
        cast(null as bigint) as event_number,
        cast(null as timestamp) as occurred_at,
        2 * after_number + 1 as place
    from watches
    union all
    select
        heard.life_number,
        marks.mark,
        cast(null as bigint),
        cast(null as string),
        cast(null as bigint),
        heard.event_number,
        heard.occurred_at,
        2 * heard.event_number
    from funnel_events_heard as heard
    inner join marks
        on heard.walk_number = marks.walk_number
    where heard.marks & marks.mark > 0

),

places_with_next as (

    select
        *,
        min(event_number) over (
            partition by life_number, mark order by place desc
            rows between unbounded preceding and current row
        ) as next_number,
        min(occurred_at) over (
            partition by life_number, mark order by place desc
            rows between unbounded preceding and current row
        ) as next_at
    from places

),

funnel_exclusions_found as (

    select
        life_number,
        start_number,
        mark,
        scope,
        next_number as event_number,
        next_at as occurred_at
    from places_with_next
    where start_number is not null and next_number is not null and coalesce(next_number < until_number, true)

)

select * from funnel_exclusions_found
