{{ config(meta={"dagster": {"ref": {"name": "fct_stage_transitions"}}}) }}
-- A move whose evidence cannot be found cannot be explained to the customer's team.
with

evidence as (

    select
        'customer' as entity_type,
        customer_id as entity_id,
        source_table,
        source_record_id,
        min(occurred_at) as occurred_at
    from {{ ref('fct_customer_events') }}
    where customer_id is not null
    group by customer_id, source_table, source_record_id
    union all
    select
        entity_type,
        entity_id,
        source_table,
        source_record_id,
        min(occurred_at)
    from {{ ref('fct_customer_events') }}
    where entity_type != 'customer'
    group by entity_type, entity_id, source_table, source_record_id

)

select moves.transition_id
from {{ ref('fct_stage_transitions') }} as moves
left join evidence
    on
        moves.entity_type = evidence.entity_type
        and moves.entity_id = evidence.entity_id
        and moves.evidence_source = evidence.source_table
        and moves.evidence_record_id = evidence.source_record_id
        and moves.occurred_at >= evidence.occurred_at
where evidence.source_record_id is null
