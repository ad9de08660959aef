{{ config(meta={"dagster": {"ref": {"name": "fct_transition_evidence"}}}) }}
-- Evidence is looked up after the move was made; looked up otherwise than the rule did, it would explain another move.
-- So it is counted again: as many as came at the instant or as the signal told, at least as many as the number asked
-- for. Of a decline no count is told, only a share, of an amount only the sum.
with

evidence as (

    select
        moves.transition_id,
        min(moves.lifecycle_id) as lifecycle_id,
        min(moves.rule_id) as rule_id,
        min(moves.entity_id) as entity_id,
        min(moves.evidence_value) as evidence_value,
        min(moves.threshold) as threshold,
        min(evidence.occurred_at) as first_occurred_at,
        max(evidence.occurred_at) as last_occurred_at,
        count(*) as events_count
    from {{ ref('fct_stage_transitions') }} as moves
    inner join {{ ref('fct_transition_evidence') }} as evidence
        on moves.transition_id = evidence.transition_id
    group by moves.transition_id

),

judged as (

    select
        evidence.transition_id,
        case
            when rules.rule_trigger = 'source' then evidence.events_count = 1
            when rules.window_days is not null then evidence.events_count = evidence.evidence_value
            when rules.event_number is not null then evidence.events_count >= evidence.threshold
            else
                evidence.first_occurred_at = evidence.last_occurred_at
                and evidence.events_count = heard.instant_events_count
        end as is_right
    from evidence
    inner join {{ ref('int_stage_rules_compiled') }} as rules
        on
            evidence.lifecycle_id = rules.lifecycle_id
            and evidence.rule_id = rules.rule_id
    inner join {{ ref('int_stage_lives_numbered') }} as lives
        on
            evidence.lifecycle_id = lives.lifecycle_id
            and evidence.entity_id = lives.entity_id
    left join {{ ref('int_stage_events_heard') }} as heard
        on
            lives.life_number = heard.life_number
            and rules.hearing_number = heard.hearing_number
            and evidence.last_occurred_at = heard.occurred_at
            and heard.stated_record_id = ''
    where rules.rule_trigger != 'decline' and coalesce(rules.window_measure, 'count') = 'count'

)

select transition_id
from judged
where not coalesce(is_right, false)
