-- Every touch between the company and a customer, by any function and in either direction, and whether it counts:
-- we made it, and neither owed it nor answered with it.
-- One row per contact id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

message_contacts_found as (

    select * from {{ ref('int_message_contacts_found') }}

),

survey_contacts_found as (

    select * from {{ ref('int_survey_contacts_found') }}

),

contact_consents_found as (

    select * from {{ ref('int_contact_consents_found') }}

),

touches as (

    select
        event_id,
        customer_id,
        campaign_id,
        contact_type,
        function_code,
        channel,
        'outbound' as direction,
        cast(null as string) as outcome,
        is_counted,
        false as is_answered,
        occurred_at
    from message_contacts_found
    union all
    select
        event_id,
        customer_id,
        cast(null as string),
        'survey',
        function_code,
        cast(null as string),
        'outbound',
        cast(null as string),
        is_counted,
        true,
        occurred_at
    from survey_contacts_found
    union all
    select
        customer_events.event_id,
        customer_events.customer_id,
        customer_events.campaign_id,
        activities.type,
        customer_events.function_code,
        customer_events.channel,
        customer_events.direction,
        customer_events.detail,
        coalesce(customer_events.direction = 'outbound', false)
        and coalesce(customer_events.detail != 'wrong_number', true),
        coalesce(customer_events.direction = 'inbound', false)
        or (activities.type != 'mail' and coalesce(customer_events.detail = 'reached', true)),
        customer_events.occurred_at
    from customer_events
    inner join activities
        on customer_events.source_record_id = activities.activity_id
    where
        customer_events.event_type = 'customer_contacted'
        and customer_events.customer_id is not null
    union all
    select
        event_id,
        customer_id,
        campaign_id,
        case when event_type = 'ticket_created' then 'request' else 'solution' end,
        function_code,
        channel,
        direction,
        cast(null as string),
        false,
        event_type = 'ticket_created',
        occurred_at
    from customer_events
    where
        event_type in ('ticket_created', 'ticket_solved')
        and customer_id is not null

),

contacts as (

    select
        -- ids
        touches.event_id as contact_id,
        touches.customer_id,
        touches.campaign_id,

        -- strings
        customer_events.source_relation,
        touches.contact_type,
        coalesce(touches.function_code, 'unknown') as function_code,
        touches.channel,
        touches.direction,
        touches.outcome,
        case
            when touches.direction = 'outbound' and contact_consents_found.is_granted then 'granted'
            when touches.direction = 'outbound' and not contact_consents_found.is_granted then 'refused'
            when touches.direction = 'outbound' then 'unknown'
        end as consent_status,

        -- booleans
        touches.is_counted,
        touches.is_answered,

        -- timestamps
        touches.occurred_at
    from touches
    left join contact_consents_found
        on touches.event_id = contact_consents_found.event_id
    left join customer_events
        on touches.event_id = customer_events.event_id

)

select * from contacts
