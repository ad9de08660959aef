{{ config(materialized='view') }} {# read once #}
-- Each move with the record that made it: the event that was heard or stated, the last one before a silence, the one at
-- which a level was crossed.
-- One row per lifecycle id, entity id and move number.
with

stage_moves_folded as (

    select * from {{ ref('int_stage_moves_folded') }}

),

stage_lives_numbered as (

    select * from {{ ref('int_stage_lives_numbered') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_events_heard as (

    select * from {{ ref('int_stage_events_heard') }}

),

stage_events_picked as (

    select * from {{ ref('int_stage_events_picked') }}

),

stage_silences_completed as (

    select * from {{ ref('int_stage_silences_completed') }}

),

stage_levels_crossed as (

    select * from {{ ref('int_stage_levels_crossed') }}

),

moves_with_rule as (

    select
        moves.*,
        rules.rule_version,
        rules.hearing_number,
        rules.event_number,
        coalesce(rules.min_amount, rules.max_amount) as amount_limit,
        rules.rule_trigger in ('event', 'source') and rules.window_days is null as is_made_by_event
    from stage_moves_folded as moves
    inner join stage_rules_compiled as rules
        on
            moves.lifecycle_id = rules.lifecycle_id
            and moves.rule_id = rules.rule_id

),

moves_with_evidence as (

    select
        moves.*,
        heard.source_table as evidence_source,
        heard.source_record_id as evidence_record_id,
        cast(
            case when moves.event_number is null then heard.instant_amount else picked.events_so_far end as double
        ) as evidence_value,
        cast(coalesce(moves.event_number, moves.amount_limit) as double) as threshold,
        coalesce(picked.all_loaded_at, heard.loaded_at) as known_from_at
    from moves_with_rule as moves
    inner join stage_events_heard as heard
        on
            moves.life_number = heard.life_number
            and moves.hearing_number = heard.hearing_number
            and moves.occurred_at = heard.occurred_at
            and moves.stated_record_id = heard.stated_record_id
    left join stage_events_picked as picked
        on
            moves.life_number = picked.life_number
            and moves.rule_id = picked.rule_id
            and moves.occurred_at = picked.occurred_at
    where moves.is_made_by_event
    {% for relation in ['stage_silences_completed', 'stage_levels_crossed'] %}
        union all
        select
            moves.*,
            found.evidence_source,
            found.evidence_record_id,
            found.evidence_value,
            found.threshold,
            found.known_from_at
        from moves_with_rule as moves
        inner join {{ relation }} as found
            on
                moves.life_number = found.life_number
                and moves.rule_id = found.rule_id
                and moves.occurred_at = found.occurred_at
    {% endfor %}

),

stage_moves_evidenced as (

    select
        {{ transition_id('lives', 'moves') }} as transition_id,
        moves.*,
        lives.entity_type,
        lives.entity_id,
        lives.customer_id
    from moves_with_evidence as moves
    inner join stage_lives_numbered as lives
        on moves.life_number = lives.life_number

)

select * from stage_moves_evidenced
