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

complaining_events as (

    select
        customer_id,
        event_type,
        source_table,
        source_record_id,
        detail,
        occurred_at
    from customer_events
    where
        customer_id is not null
        and event_type in ('ticket_created', 'survey_answered', 'review_posted', 'order_refunded')

),

{# Each kind by itself: a condition on one side of a left join would keep DuckDB from hashing it. #}
grievances as (

    select
        events.customer_id,
        case when tickets_judged.is_negative then 'negative_ticket' else 'other_ticket' end as grievance_type,
        events.source_table,
        events.source_record_id,
        tickets_judged.solved_date,
        events.occurred_at
    from complaining_events as events
    inner join tickets_judged
        on events.source_record_id = tickets_judged.ticket_id
    where events.event_type = 'ticket_created'
    union all
    select
        events.customer_id,
        'detractor_answer',
        events.source_table,
        events.source_record_id,
        cast(null as date),
        events.occurred_at
    from complaining_events as events
    inner join detractors
        on events.source_record_id = detractors.answer_id
    where events.event_type = 'survey_answered'
    union all
    select
        customer_id,
        case when event_type = 'order_refunded' then 'refund' else 'negative_review' end,
        source_table,
        source_record_id,
        cast(null as date),
        occurred_at
    from complaining_events
    where event_type = 'order_refunded' or (event_type = 'review_posted' and detail = 'negative')

),

grievances_found as (

    select
        customer_id,
        grievance_type,
        source_table,
        source_record_id,
        cast(occurred_at as date) as grievance_date,
        solved_date,
        occurred_at
    from grievances

)

select * from grievances_found
