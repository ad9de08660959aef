{{ config(meta={"dagster": {"ref": {"name": "fct_contacts"}}}) }}
-- What was owed, and what the customer began or was answered, is no pressure.
select contacts.*
from {{ ref('fct_contacts') }} as contacts
left join {{ ref('fct_customer_events') }} as customer_events
    on contacts.contact_id = customer_events.event_id
left join {{ ref('stg_marketing__messages') }} as messages
    on customer_events.source_record_id = messages.message_id
where
    contacts.is_counted
    and (
        contacts.direction is distinct from 'outbound'
        or contacts.contact_type in ('request', 'solution')
        or (customer_events.event_type = 'message_sent' and messages.is_transactional)
    )
