-- The messages of a wave's campaign to the customers whom the wave was to treat, from the draw to the end of the horizon,
-- numbered as they were sent.
-- One row per message id.
with

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

messages as (

    select * from {{ ref('stg_marketing__messages') }}

),

winback_messages_found as (

    select
        messages.message_id,
        assignments_followed.assignment_id,
        messages.channel,
        messages.copy_id,
        messages.opened_at is not null or messages.clicked_at is not null as is_opened,
        messages.sent_at,
        cast(row_number() over (
            partition by assignments_followed.assignment_id
            order by messages.sent_at, messages.message_id
        ) as integer) as message_number
    from assignments_followed
    inner join customer_events
        on
            assignments_followed.customer_id = customer_events.customer_id
            and assignments_followed.experiment_id = customer_events.campaign_id
            and assignments_followed.assigned_at <= customer_events.occurred_at
            and assignments_followed.horizon_ends_at >= customer_events.occurred_at
    inner join messages
        on customer_events.source_record_id = messages.message_id
    where
        customer_events.source_table = 'messages'
        and customer_events.event_type = 'message_sent'
        and assignments_followed.arm = 'treatment'
        and assignments_followed.plan_id is not null

)

select * from winback_messages_found
