-- The instants at which a rule became true for an entity: an event happened, or a silence grew long enough.
-- A silence of d days is complete d days after the last event, unless the next one came by then.
-- One row per lifecycle id, entity id, instant and rule id.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

entity_events as (

    select
        event_id,
        event_type,
        'customer' as entity_type,
        customer_id as entity_id,
        customer_id,
        source_table,
        source_record_id,
        amount,
        occurred_at,
        loaded_at
    from customer_events
    where customer_id is not null

),

rule_events as (

    select
        stage_rules_compiled.lifecycle_id,
        stage_rules_compiled.rule_id,
        stage_rules_compiled.rule_trigger,
        stage_rules_compiled.silent_days,
        entity_events.*,
        {{ dbt.dateadd('day', 'stage_rules_compiled.silent_days', 'entity_events.occurred_at') }} as silent_from_at,
        lead(entity_events.occurred_at) over (
            partition by
                stage_rules_compiled.lifecycle_id, stage_rules_compiled.rule_id, entity_events.entity_id
            order by entity_events.occurred_at, entity_events.event_id
        ) as next_occurred_at,
        row_number() over (
            partition by
                stage_rules_compiled.lifecycle_id,
                stage_rules_compiled.rule_id,
                entity_events.entity_id,
                entity_events.occurred_at
            order by entity_events.source_record_id, entity_events.event_id
        ) as instant_rank
    from stage_rules_compiled
    inner join entity_events
        on
            stage_rules_compiled.entity_type = entity_events.entity_type
            and '|' || stage_rules_compiled.event_types || '|' like '%|' || entity_events.event_type || '|%'

),

events_happened as (

    select
        lifecycle_id,
        rule_id,
        entity_id,
        customer_id,
        occurred_at,
        source_table as evidence_source,
        source_record_id as evidence_record_id,
        cast(amount as double) as evidence_value,
        cast(null as double) as threshold,
        loaded_at as known_from_at
    from rule_events
    where rule_trigger = 'event' and instant_rank = 1

),

silences_completed as (

    select
        rule_events.lifecycle_id,
        rule_events.rule_id,
        rule_events.entity_id,
        rule_events.customer_id,
        rule_events.silent_from_at as occurred_at,
        rule_events.source_table,
        rule_events.source_record_id,
        cast(rule_events.silent_days as double),
        cast(rule_events.silent_days as double),
        greatest(rule_events.loaded_at, rule_events.silent_from_at)
    from rule_events
    inner join build_clocks_resolved
        on rule_events.silent_from_at <= build_clocks_resolved.as_of
    where
        rule_events.rule_trigger = 'inactivity'
        and coalesce(rule_events.next_occurred_at > rule_events.silent_from_at, true)

),

stage_candidates_found as (

    select * from events_happened
    union all
    select * from silences_completed

)

select * from stage_candidates_found
