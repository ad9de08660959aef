{{ config(meta={"dagster": {"ref": {"name": "fct_stage_transitions"}}}) }}
-- A move whose evidence cannot be found cannot be explained to the customer's team.
select moves.transition_id
from {{ ref('fct_stage_transitions') }} as moves
left join {{ ref('fct_customer_events') }} as events
    on
        moves.entity_id = case when moves.entity_type = 'customer' then events.customer_id else events.entity_id end
        and moves.evidence_source = events.source_table
        and moves.evidence_record_id = events.source_record_id
        and moves.occurred_at >= events.occurred_at
where events.event_id is null
