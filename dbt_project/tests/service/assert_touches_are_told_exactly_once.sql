{{ config(meta={"dagster": {"ref": {"name": "fct_contacts"}}}) }}
-- A message, activity, answer or request of a customer that is no contact was lost on the way.
select
    customer_events.event_id,
    contacts.contact_id
from (
    select event_id
    from {{ ref('fct_customer_events') }}
    where
        customer_id is not null
        and event_type in (
            'message_sent', 'customer_contacted', 'survey_answered', 'ticket_created', 'ticket_solved'
        )
) as customer_events
full outer join {{ ref('fct_contacts') }} as contacts
    on customer_events.event_id = contacts.contact_id
where customer_events.event_id is null or contacts.contact_id is null
