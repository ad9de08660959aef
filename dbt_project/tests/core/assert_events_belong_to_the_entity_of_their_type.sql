{{ config(meta={"dagster": {"ref": {"name": "fct_customer_events"}}}) }}
-- A rule looks for its event types among the events of its lifecycle's entity; elsewhere they would never be found.
select
    events.event_id,
    events.event_type,
    events.entity_type,
    event_types.entity_type as named_entity_type
from {{ ref('fct_customer_events') }} as events
inner join {{ ref('event_types') }} as event_types
    on events.event_type = event_types.event_type
where
    events.entity_type != event_types.entity_type
    or (events.entity_type != 'customer' and events.entity_id is null)
    or (events.entity_type in ('partner', 'staff') and events.customer_id is not null)
