-- The instants at which a rule became true for an entity: an event happened or was stated by its source, a silence
-- grew long enough, a level was crossed. Whether it moved the entity is not said here.
-- One row per lifecycle id, entity id, instant, rule id and statement number.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_rule_events_matched as (

    select * from {{ ref('int_stage_rule_events_matched') }}

),

stage_silences_completed as (

    select * from {{ ref('int_stage_silences_completed') }}

),

stage_levels_crossed as (

    select * from {{ ref('int_stage_levels_crossed') }}

),

events_counted as (

    select
        matched.*,
        rules.event_number,
        case
            when rules.event_number is not null
                then sum(matched.instant_events_count) over (
                    partition by matched.lifecycle_id, matched.rule_id, matched.entity_id
                    order by matched.occurred_at
                )
        end as events_so_far
    from stage_rule_events_matched as matched
    inner join stage_rules_compiled as rules
        on
            matched.lifecycle_id = rules.lifecycle_id
            and matched.rule_id = rules.rule_id
    where rules.rule_trigger in ('event', 'source')

),

events_happened as (

    select
        lifecycle_id,
        rule_id,
        entity_id,
        customer_id,
        occurred_at,
        statement_number,
        source_table as evidence_source,
        source_record_id as evidence_record_id,
        cast(amount as double) as evidence_value,
        cast(event_number as double) as threshold,
        loaded_at as known_from_at
    from events_counted
    where
        event_number is null
        or (events_so_far >= event_number and events_so_far - instant_events_count < event_number)

),

stage_candidates_found as (

    select * from events_happened
    {% for relation in ['stage_silences_completed', 'stage_levels_crossed'] %}
        union all
        select
            lifecycle_id,
            rule_id,
            entity_id,
            customer_id,
            occurred_at,
            0,
            evidence_source,
            evidence_record_id,
            evidence_value,
            threshold,
            known_from_at
        from {{ relation }}
    {% endfor %}

)

select * from stage_candidates_found
