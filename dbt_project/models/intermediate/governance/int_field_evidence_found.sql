-- What tells that a customer's e-mail address, phone number or country is true, or not: events that the dictionary's
-- `field_evidence` names, up to as_of. An event of an order or a ticket is about the value that it states itself; any
-- other one about what the record holds whose event it is.
-- One row per evidence id, event type, source table, source record id and instant.
with

events_unioned as (

    select * from {{ ref('int_events_unioned') }}

),

field_evidence as (

    select * from {{ ref('field_evidence') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

evidence_by_event_type as (

    select
        event_types.event_type,
        field_evidence.*
    from field_evidence
    inner join event_types
        on {{ is_listed('event_types.event_type', 'field_evidence.event_types') }}

),

evidence_events as (

    select
        events_unioned.*,
        evidence.evidence_id,
        evidence.customer_field,
        evidence.verdict,
        events_unioned.order_id is not null or events_unioned.source_table = 'tickets' as states_value
    from events_unioned
    inner join evidence_by_event_type as evidence
        on events_unioned.event_type = evidence.event_type
    inner join build_clocks_resolved
        on events_unioned.occurred_at <= build_clocks_resolved.as_of
    where
        (evidence.channels is null or {{ is_listed('events_unioned.channel', 'evidence.channels') }})
        and (evidence.details is null or {{ is_listed('events_unioned.detail', 'evidence.details') }})

),

evidence_values as (

    select
        evidence_events.*,
        case evidence_events.customer_field
            when 'email' then 'email:' || coalesce(orders.email_hash, tickets.requester_email_hash)
            when 'phone' then 'phone:' || orders.phone_hash
            when 'country' then 'country:' || nullif(trim(orders.country), '')
        end as value_key
    from evidence_events
    left join orders
        on evidence_events.order_id = orders.order_id
    left join tickets
        on
            case when evidence_events.source_table = 'tickets' then evidence_events.source_record_id end
            = tickets.ticket_id

),

field_evidence_found as (

    select
        evidence_values.evidence_id,
        identity_map.customer_id,
        evidence_values.party_key,
        evidence_values.value_key,
        evidence_values.source_record_id,
        evidence_values.customer_field,
        evidence_values.event_type,
        evidence_values.source_table,
        evidence_values.verdict,
        evidence_values.occurred_at
    from evidence_values
    inner join identity_map
        on evidence_values.party_key = identity_map.party_key
    where evidence_values.value_key is not null or not evidence_values.states_value

)

select * from field_evidence_found
