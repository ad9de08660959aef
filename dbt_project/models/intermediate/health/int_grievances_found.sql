-- What customers complained of: negative tickets, detractor answers, negative reviews, refunds; and all other tickets,
-- which may be left open. A ticket is negative by its tone or as a complaint or repair.
-- One row per source table and source record id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

survey_answers as (

    select * from {{ ref('stg_support__survey_answers') }}

),

surveys as (

    select * from {{ ref('stg_support__surveys') }}

),

tickets_judged as (

    select
        ticket_id,
        cast(solved_at as date) as solved_date,
        coalesce(sentiment = 'negative', false) or coalesce(category in ('complaint', 'repair'), false) as is_negative
    from tickets

),

detractors as (

    select survey_answers.answer_id
    from survey_answers
    inner join surveys
        on survey_answers.survey_id = surveys.survey_id
    where surveys.type = 'nps' and survey_answers.score <= 6

),

grievances_found as (

    select
        events.customer_id,
        case
            when events.event_type = 'ticket_created' and tickets_judged.is_negative then 'negative_ticket'
            when events.event_type = 'ticket_created' then 'other_ticket'
            when events.event_type = 'survey_answered' then 'detractor_answer'
            when events.event_type = 'review_posted' then 'negative_review'
            else 'refund'
        end as grievance_type,
        events.source_table,
        events.source_record_id,
        cast(events.occurred_at as date) as grievance_date,
        tickets_judged.solved_date,
        events.occurred_at
    from customer_events as events
    left join tickets_judged
        on events.source_record_id = tickets_judged.ticket_id and events.event_type = 'ticket_created'
    left join detractors
        on events.source_record_id = detractors.answer_id and events.event_type = 'survey_answered'
    where
        events.customer_id is not null
        and (
            events.event_type in ('ticket_created', 'order_refunded')
            or (events.event_type = 'survey_answered' and detractors.answer_id is not null)
            or (events.event_type = 'review_posted' and events.detail = 'negative')
        )

)

select * from grievances_found
