-- When a customer last turned to us or took up what we sent, up to as_of: spoke with one of ours, wrote, answered a
-- survey, followed a link, posted a review, booked or attended a trial, ordered. Opening a message is no reply, for
-- mail programs do it too.
-- One row per customer id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

contacts as (

    select * from {{ ref('fct_contacts') }}

),

replies as (

    select
        customer_id,
        occurred_at
    from contacts
    where is_answered
    union all
    select
        customer_id,
        occurred_at
    from customer_events
    where
        customer_id is not null
        and (
            event_type in ('message_clicked', 'review_posted', 'trial_attended', 'order_placed')
            or (event_type = 'trial_booked' and direction = 'inbound')
        )

),

last_replies_found as (

    select
        customer_id,
        max(occurred_at) as last_replied_at
    from replies
    group by customer_id

)

select * from last_replies_found
