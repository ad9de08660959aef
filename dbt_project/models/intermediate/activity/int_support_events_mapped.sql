{{ config(materialized='view') }} {# written down once, where all are united #}
-- What customers say: requests for help, answers to surveys, reviews on outside sites, as events.
-- One row per event.
with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

survey_answers as (

    select * from {{ ref('stg_support__survey_answers') }}

),

reviews as (

    select * from {{ ref('stg_marketing__reviews') }}

),

tickets_created as (

    select
        'ticket_created' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'buyer:' || customer_id, 'email:' || requester_email_hash) as party_key,
        'support' as source_system,
        'tickets' as source_table,
        ticket_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        channel as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        'service' as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        category as detail,
        created_at as occurred_at,
        loaded_at
    from tickets

),

tickets_solved as (

    select
        'ticket_solved' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'buyer:' || customer_id, 'email:' || requester_email_hash) as party_key,
        'support' as source_system,
        'tickets' as source_table,
        ticket_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        channel as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        'service' as function_code,
        'outbound' as direction,
        cast(null as string) as stated_value,
        category as detail,
        solved_at as occurred_at,
        loaded_at
    from tickets
    where solved_at is not null

),

surveys_answered as (

    select
        'survey_answered' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'buyer:' || customer_id) as party_key,
        'support' as source_system,
        'survey_answers' as source_table,
        answer_id as source_record_id,
        cast(score as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        answered_at as occurred_at,
        loaded_at
    from survey_answers

),

reviews_posted as (

    select
        'review_posted' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'contact:' || contact_id as party_key,
        'marketing' as source_system,
        'reviews' as source_table,
        review_id as source_record_id,
        score as amount,
        site as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        'inbound' as direction,
        cast(null as string) as stated_value,
        sentiment as detail,
        posted_at as occurred_at,
        loaded_at
    from reviews

),

support_events_mapped as (

    select * from tickets_created
    union all
    select * from tickets_solved
    union all
    select * from surveys_answered
    union all
    select * from reviews_posted

)

select * from support_events_mapped
