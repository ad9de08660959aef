-- What a walk listens to, events of a type or entries into a stage (`<lifecycle>.<stage>`), and what it takes them for.
-- Marks are bits of one number: from 1 the eight steps, from 256 sixteen exclusions, 16777216 an exit, 33554432 any
-- event.
-- One row per walk number, heard type and filter.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_steps as (

    select * from {{ ref('funnel_steps') }}

),

funnel_exclusions as (

    select * from {{ ref('funnel_exclusions') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

heard_types as (

    select
        event_type as heard_type,
        event_type,
        cast(null as string) as lifecycle_id,
        cast(null as string) as stage
    from event_types
    union all
    select
        lifecycle_id || '.' || stage,
        cast(null as string),
        lifecycle_id,
        stage
    from lifecycle_stages

),

walks as (

    select
        walk_number,
        funnel_id,
        lifecycle_id,
        exit_event_types,
        max(case when is_interrupted_by_others then 1 else 0 end) as is_interrupted_by_others
    from funnel_walks_compiled
    group by walk_number, funnel_id, lifecycle_id, exit_event_types

),

triggers as (

    select
        steps.walk_number,
        heard_types.heard_type,
        funnel_steps.min_amount,
        funnel_steps.max_amount,
        funnel_steps.stated_values,
        funnel_steps.details,
        funnel_steps.function_codes,
        steps.step_bit as mark
    from funnel_walks_compiled as steps
    inner join funnel_steps
        on steps.funnel_id = funnel_steps.funnel_id and steps.step_number = funnel_steps.step_number
    inner join heard_types
        on
            {{ is_listed('heard_types.event_type', 'funnel_steps.event_types') }}
            or (
                steps.lifecycle_id = heard_types.lifecycle_id
                and {{ is_listed('heard_types.stage', 'funnel_steps.stages') }}
            )
    union all
    select
        walks.walk_number,
        event_types.event_type,
        null,
        null,
        null,
        null,
        null,
        cast(power(2, 7 + funnel_exclusions.exclusion_number) as bigint)
    from walks
    inner join funnel_exclusions
        on walks.funnel_id = funnel_exclusions.funnel_id
    inner join event_types
        on {{ is_listed('event_types.event_type', 'funnel_exclusions.event_types') }}
    union all
    select
        walks.walk_number,
        event_types.event_type,
        null,
        null,
        null,
        null,
        null,
        cast(16777216 as bigint)
    from walks
    inner join event_types
        on {{ is_listed('event_types.event_type', 'walks.exit_event_types') }}
    union all
    select
        walks.walk_number,
        event_types.event_type,
        null,
        null,
        null,
        null,
        null,
        cast(33554432 as bigint)
    from walks
    inner join event_types
        on walks.is_interrupted_by_others = 1

),

funnel_triggers_compiled as (

    select
        walk_number,
        heard_type,
        min_amount,
        max_amount,
        stated_values,
        details,
        function_codes,
        cast(sum(mark) as bigint) as marks,
        count(*) over (partition by walk_number, heard_type) > 1 as has_rivals
    from triggers
    group by walk_number, heard_type, min_amount, max_amount, stated_values, details, function_codes

)

select * from funnel_triggers_compiled
