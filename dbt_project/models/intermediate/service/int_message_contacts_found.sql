-- Each message that went out to a customer, as a contact; whose text has a survey's id asks that survey.
-- One row per event id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

messages as (

    select * from {{ ref('stg_marketing__messages') }}

),

surveys as (

    select * from {{ ref('stg_support__surveys') }}

),

message_contacts_found as (

    select
        customer_events.event_id,
        customer_events.customer_id,
        customer_events.campaign_id,
        surveys.survey_id,
        case when surveys.survey_id is null then 'message' else 'survey' end as contact_type,
        customer_events.function_code,
        customer_events.channel,
        not coalesce(messages.is_transactional, false) as is_counted,
        customer_events.occurred_at
    from customer_events
    inner join messages
        on customer_events.source_record_id = messages.message_id
    left join surveys
        on messages.copy_id = surveys.survey_id
    where
        customer_events.event_type = 'message_sent'
        and customer_events.customer_id is not null

)

select * from message_contacts_found
