{{ config(meta={"dagster": {"ref": {"name": "fct_transition_evidence"}}}) }}
{%- set tables = [
    ('leads', ref('stg_crm__leads'), 'lead_id'),
    ('contacts', ref('stg_crm__contacts'), 'contact_id'),
    ('activities', ref('stg_crm__activities'), 'activity_id'),
    ('deals', ref('stg_crm__deals'), 'deal_id'),
    ('orders', ref('stg_orders__orders'), 'order_id'),
    ('sessions', ref('stg_marketing__sessions'), 'session_id'),
    ('messages', ref('stg_marketing__messages'), 'message_id'),
] %}
-- Evidence is to be shown to people who look it up in the source; a record that is not there convinces nobody.
with

records as (

    {% for source_table, model, key in tables %}
        select
            '{{ source_table }}' as source_table,
            {{ key }} as record_id
        from {{ model }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select evidence.transition_evidence_id
from {{ ref('fct_transition_evidence') }} as evidence
left join records
    on
        evidence.evidence_source = records.source_table
        and evidence.evidence_record_id = records.record_id
left join {{ ref('fct_customer_events') }} as events
    on evidence.event_id = events.event_id
where
    events.event_id is null
    or (
        records.record_id is null
        and evidence.evidence_source in (
            {% for table in tables %}
                '{{ table[0] }}'{% if not loop.last %},{% endif %}
            {% endfor %}
        )
    )
