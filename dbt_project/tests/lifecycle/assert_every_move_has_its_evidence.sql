{{ config(meta={"dagster": {"ref": {"name": "fct_transition_evidence"}}}) }}
-- A move without evidence cannot be explained to the customer's team. The record named in the move is part of it; a
-- decline or signal is a matter of many, so there it is enough that there are some.
with

evidence as (

    select
        transition_id,
        evidence_source,
        evidence_record_id,
        min(occurred_at) as occurred_at
    from {{ ref('fct_transition_evidence') }}
    group by transition_id, evidence_source, evidence_record_id

)

select moves.transition_id
from {{ ref('fct_stage_transitions') }} as moves
left join {{ ref('dim_stage_rules') }} as rules
    on
        moves.lifecycle_id = rules.lifecycle_id
        and moves.rule_id = rules.rule_id
left join evidence
    on
        moves.transition_id = evidence.transition_id
        and moves.occurred_at >= evidence.occurred_at
group by moves.transition_id, rules.rule_trigger, moves.evidence_source, moves.evidence_record_id
having
    count(evidence.transition_id) = 0
    or (
        rules.rule_trigger not in ('decline', 'signal')
        and count(case
            when
                evidence.evidence_source = moves.evidence_source
                and evidence.evidence_record_id = moves.evidence_record_id
                then 1
        end) != 1
    )
