{%- set exit_mark = 16777216 -%}
{%- set never = 9000000000000000 -%}
-- Every start with how it ends: converted, lost by an exit, interrupted, or expired, be it that its time runs out later
-- than all that is known; open, if it has no time to run out. And whether an exclusion voids it: one that came no later
-- than the end. Whatever comes after the end no longer concerns it.
-- One row per life number and start number.
with

funnel_starts_summed as (

    select * from {{ ref('int_funnel_starts_summed') }}

),

funnel_exclusions_found as (

    select * from {{ ref('int_funnel_exclusions_found') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

exclusions as (

    select
        life_number,
        start_number,
        min(event_number) as excluding_number,
        min(occurred_at) as excluding_at,
        min(case when scope = 'entity' then event_number end) as entity_excluding_number,
        min(case when scope = 'entity' then occurred_at end) as entity_excluding_at
    from funnel_exclusions_found
    group by life_number, start_number

),

{# Where nothing ends a start, every number is before its end. #}
starts_with_ending as (

    select
        starts.*,
        exclusions.excluding_number,
        exclusions.excluding_at,
        exclusions.entity_excluding_number,
        exclusions.entity_excluding_at,
        ending.event_id as ending_event_id,
        ending.occurred_at as stopped_at,
        coalesce(starts.ending_number, {{ never }}) as last_counted_number,
        coalesce(ending.marks & {{ exit_mark }} > 0, false) as is_exit,
        coalesce(ending.occurred_at <= starts.expires_at, ending.occurred_at is not null) as is_stopped
    from funnel_starts_summed as starts
    left join exclusions
        on starts.life_number = exclusions.life_number and starts.start_number = exclusions.start_number
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
            when expires_at is not null then 'expired'
            else 'open'
        end as status,
        case when is_stopped and is_exit then ending_event_id end as lost_event_id,
        case
            when is_converted then last_number
            when is_stopped and is_exit then ending_number
            when is_stopped then ending_number - 1
            else {{ never }}
        end as end_number,
        coalesce(excluding_number <= last_counted_number, false)
        and coalesce(excluding_at <= expires_at, true) as is_excluded,
        coalesce(entity_excluding_number <= last_counted_number, false)
        and coalesce(entity_excluding_at <= expires_at, true) as is_entity_excluded,
        started_at,
        last_at,
        case
            when is_converted then last_at
            when is_stopped then stopped_at
            else expires_at
        end as ended_at
    from starts_with_ending

)

select * from funnel_attempts_ended
