-- Each move with the record that made it: the event that was heard or stated, the last one before a silence, the one at
-- which a level was crossed.
-- One row per move.
with

stage_moves_folded as (

    select * from {{ ref('int_stage_moves_folded') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_events_heard as (

    select * from {{ ref('int_stage_events_heard') }}

),

stage_silences_completed as (

    select * from {{ ref('int_stage_silences_completed') }}

),

stage_levels_crossed as (

    select * from {{ ref('int_stage_levels_crossed') }}

),

moves_by_event as (

    select
        moves.*,
        rules.rule_version,
        heard.customer_id,
        heard.source_table as evidence_source,
        heard.source_record_id as evidence_record_id,
        cast(heard.instant_amount as double) as evidence_value,
        cast(rules.event_number as double) as threshold,
        heard.loaded_at as known_from_at
    from stage_moves_folded as moves
    inner join stage_rules_compiled as rules
        on
            moves.lifecycle_id = rules.lifecycle_id
            and moves.rule_id = rules.rule_id
            and rules.rule_trigger in ('event', 'source')
            and rules.window_days is null
    inner join stage_events_heard as heard
        on
            moves.lifecycle_id = heard.lifecycle_id
            and rules.hearing_number = heard.hearing_number
            and moves.entity_id = heard.entity_id
            and moves.occurred_at = heard.occurred_at
            and moves.statement_number = heard.statement_number

),

stage_moves_evidenced as (

    select * from moves_by_event
    {% for relation in ['stage_silences_completed', 'stage_levels_crossed'] %}
        union all
        select
            moves.*,
            rules.rule_version,
            found.customer_id,
            found.evidence_source,
            found.evidence_record_id,
            found.evidence_value,
            found.threshold,
            found.known_from_at
        from stage_moves_folded as moves
        inner join stage_rules_compiled as rules
            on
                moves.lifecycle_id = rules.lifecycle_id
                and moves.rule_id = rules.rule_id
        inner join {{ relation }} as found
            on
                moves.lifecycle_id = found.lifecycle_id
                and moves.rule_id = found.rule_id
                and moves.entity_id = found.entity_id
                and moves.occurred_at = found.occurred_at
    {% endfor %}

)

select * from stage_moves_evidenced
