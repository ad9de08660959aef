{{ config(meta={"dagster": {"ref": {"name": "fct_customer_events"}}}) }}
-- Whoever reads an entity's statements by their record id reads its life; no id twice, none before an earlier one.
with

statements as (

    select
        entity_type,
        entity_id,
        source_record_id,
        occurred_at,
        lag(source_record_id) over (
            partition by entity_type, entity_id
            order by source_record_id
        ) as previous_record_id,
        lag(occurred_at) over (
            partition by entity_type, entity_id
            order by source_record_id
        ) as previous_occurred_at
    from {{ ref('fct_customer_events') }}
    where stated_value is not null

)

select *
from statements
where
    occurred_at < previous_occurred_at
    or source_record_id = previous_record_id
