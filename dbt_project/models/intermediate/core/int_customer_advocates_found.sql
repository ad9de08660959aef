-- Who speaks for us: whoever has invited somebody, has referred somebody else's lead that became a contact, or gave
-- nine or ten at the latest answer to a question of recommendation (NPS).
-- One row per customer id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

survey_answers as (

    select * from {{ ref('stg_support__survey_answers') }}

),

surveys as (

    select * from {{ ref('stg_support__surveys') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

inviters as (

    select customer_id
    from customer_events
    where event_type = 'invite_sent'

),

leads_converted as (

    select
        leads.referrer_id,
        customer_events.customer_id as referred_customer_id
    from leads
    inner join customer_events
        on
            leads.converted_contact_id = customer_events.source_record_id
            and customer_events.event_type = 'contact_created'

),

referrers as (

    {% for kind in ['contact', 'buyer'] %}
        select identity_map.customer_id
        from leads_converted
        inner join identity_map
            on '{{ kind }}:' || leads_converted.referrer_id = identity_map.party_key
        where coalesce(leads_converted.referred_customer_id, '') != identity_map.customer_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

recommendations_ranked as (

    select
        customer_events.customer_id,
        customer_events.amount as score,
        row_number() over (
            partition by customer_events.customer_id
            order by customer_events.occurred_at desc, customer_events.event_id desc
        ) as answer_rank
    from customer_events
    inner join survey_answers
        on customer_events.source_record_id = survey_answers.answer_id
    inner join surveys
        on survey_answers.survey_id = surveys.survey_id
    where customer_events.event_type = 'survey_answered' and surveys.type = 'nps'

),

customer_advocates_found as (

    select customer_id from inviters
    where customer_id is not null
    union
    select customer_id from referrers
    union
    select customer_id from recommendations_ranked
    where answer_rank = 1 and score >= 9 and customer_id is not null

)

select * from customer_advocates_found
