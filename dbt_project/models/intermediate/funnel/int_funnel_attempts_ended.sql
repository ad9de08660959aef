-- Every start with how it ended: converted, lost by an exit, interrupted, out of time; else it is open. And whether an
-- exclusion voids it: one that came before the end. Whatever comes after the end no longer concerns it.
-- One row per life number and start number.
with

funnel_starts_summed as (

    select * from {{ ref('int_funnel_starts_summed') }}

),

funnel_endings_found as (

    select * from {{ ref('int_funnel_endings_found') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

endings as (

    select
        life_number,
        start_number,
        min(case when is_exit then event_number end) as exit_number,
        min(case when not is_exit then event_number end) as excluding_number,
        min(case when not is_exit then occurred_at end) as excluding_at,
        min(case when scope = 'entity' then event_number end) as entity_excluding_number,
        min(case when scope = 'entity' then occurred_at end) as entity_excluding_at
    from funnel_endings_found
    group by life_number, start_number

),

{# `ending_number` is that of the event that stops it; nothing is after such a number. #}
starts as (

    select
        starts.*,
        endings.excluding_number,
        endings.excluding_at,
        endings.entity_excluding_number,
        endings.entity_excluding_at,
        coalesce(endings.exit_number < starts.interrupting_number, endings.exit_number is not null) as is_exit,
        case
            when starts.is_converted then 9000000000000000
            else coalesce(least(starts.interrupting_number, endings.exit_number), 9000000000000000)
        end as ending_number
    from funnel_starts_summed as starts
    left join endings
        on starts.life_number = endings.life_number and starts.start_number = endings.start_number

),

starts_with_ending as (

    select
        starts.*,
        ending.event_id as ending_event_id,
        ending.occurred_at as stopped_at,
        coalesce(ending.occurred_at <= starts.expires_at, ending.occurred_at is not null) as is_stopped,
        case when starts.expires_at <= clocks.as_of then starts.expires_at end as expired_at
    from starts
    cross join build_clocks_resolved as clocks
    left join funnel_events_heard as ending
        on starts.life_number = ending.life_number and starts.ending_number = ending.event_number

),

funnel_attempts_ended as (

    select
        life_number,
        walk_number,
        start_number,
        last_number,
        cast(steps_reached_count as integer) as steps_reached_count,
        case
            when is_converted then 'converted'
            when is_stopped and is_exit then 'lost'
            when is_stopped then 'interrupted'
            when expired_at is not null then 'expired'
            else 'open'
        end as status,
        case when is_stopped and is_exit then ending_event_id end as lost_event_id,
        case
            when is_converted then last_number
            when is_stopped and is_exit then ending_number
            when is_stopped then ending_number - 1
            else 9000000000000000
        end as end_number,
        coalesce(excluding_number < ending_number, false)
        and coalesce(excluding_at <= expires_at, true) as is_excluded,
        coalesce(entity_excluding_number < ending_number, false)
        and coalesce(entity_excluding_at <= expires_at, true) as is_entity_excluded,
        started_at,
        last_at,
        case
            when is_converted then last_at
            when is_stopped then stopped_at
            else expired_at
        end as ended_at
    from starts_with_ending

)

select * from funnel_attempts_ended
