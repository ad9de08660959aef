-- What the rules listen to: events of some types, with some stated values, within some amounts. Rules of a lifecycle
-- that listen to the same share a hearing, so that an event is looked at once for all of them.
-- One row per lifecycle id, rule id and is prelude (what the rule's own events must follow).
with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

hearings as (

    select
        lifecycle_id,
        rule_id,
        false as is_prelude,
        rule_trigger = 'source' as is_stated,
        event_types,
        stated_values,
        min_amount,
        max_amount
    from stage_rules
    union all
    select
        lifecycle_id,
        rule_id,
        true,
        false,
        after_event_types,
        cast(null as string),
        cast(null as double),
        cast(null as double)
    from stage_rules
    where after_event_types is not null

),

stage_hearings_compiled as (

    select
        hearings.*,
        lifecycles.entity_type,
        dense_rank() over (
            partition by hearings.lifecycle_id
            order by
                case when hearings.is_stated then 1 else 0 end,
                hearings.event_types,
                hearings.stated_values,
                hearings.min_amount,
                hearings.max_amount
        ) as hearing_number
    from hearings
    inner join lifecycles
        on hearings.lifecycle_id = lifecycles.lifecycle_id

)

select * from stage_hearings_compiled
