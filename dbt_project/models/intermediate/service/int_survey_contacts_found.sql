-- Each answer to a survey as a proof that the customer was asked, at the latest then. What was answered at one
-- instant was one questionnaire and counts once; where a message told of the survey before, that message counts
-- and the answer does not.
-- One row per event id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

survey_answers as (

    select * from {{ ref('stg_support__survey_answers') }}

),

message_contacts_found as (

    select * from {{ ref('int_message_contacts_found') }}

),

surveys_sent as (

    select
        customer_id,
        survey_id,
        min(occurred_at) as first_sent_at
    from message_contacts_found
    where survey_id is not null
    group by customer_id, survey_id

),

questions as (

    select
        customer_events.event_id,
        customer_events.customer_id,
        case when survey_answers.ticket_id is null then 'survey' else 'service' end as function_code,
        case when surveys_sent.survey_id is null then 0 else 1 end as told_mark,
        customer_events.occurred_at
    from customer_events
    inner join survey_answers
        on customer_events.source_record_id = survey_answers.answer_id
    left join surveys_sent
        on
            customer_events.customer_id = surveys_sent.customer_id
            and survey_answers.survey_id = surveys_sent.survey_id
            and customer_events.occurred_at >= surveys_sent.first_sent_at
    where
        customer_events.event_type = 'survey_answered'
        and customer_events.customer_id is not null

),

questions_numbered as (

    select
        *,
        max(told_mark) over (partition by customer_id, occurred_at) as questionnaire_told_mark,
        row_number() over (partition by customer_id, occurred_at order by event_id) as question_number
    from questions

),

survey_contacts_found as (

    select
        event_id,
        customer_id,
        function_code,
        questionnaire_told_mark = 0 and question_number = 1 as is_counted,
        occurred_at
    from questions_numbered

)

select * from survey_contacts_found
