-- The messages of a wave's campaign to the customers whom the wave was to treat, from the draw to the end of the
-- horizon, numbered as they were sent; and whether the customer came back after one and before the next.
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

messages_ranked as (

    select
        messages.message_id,
        followed.assignment_id,
        followed.plan_id,
        followed.customer_id,
        messages.channel,
        messages.copy_id,
        followed.is_mature,
        messages.opened_at is not null or messages.clicked_at is not null as is_opened,
        messages.sent_at,
        followed.recalled_at,
        row_number() over (
            partition by followed.assignment_id
            order by messages.sent_at, messages.message_id
        ) as message_number,
        lead(messages.sent_at) over (
            partition by followed.assignment_id
            order by messages.sent_at, messages.message_id
        ) as next_sent_at
    from assignments_followed as followed
    inner join customer_events
        on
            followed.customer_id = customer_events.customer_id
            and followed.experiment_id = customer_events.campaign_id
            and followed.assigned_at <= customer_events.occurred_at
            and followed.horizon_ends_at >= customer_events.occurred_at
    inner join messages
        on customer_events.source_record_id = messages.message_id
    where
        customer_events.source_table = 'messages'
        and customer_events.event_type = 'message_sent'
        and followed.arm = 'treatment'
        and followed.plan_id is not null

),

winback_messages_found as (

    select
        message_id,
        assignment_id,
        plan_id,
        customer_id,
        channel,
        copy_id,
        cast(message_number as integer) as message_number,
        is_mature,
        is_opened,
        coalesce(
            recalled_at >= sent_at and (next_sent_at is null or recalled_at < next_sent_at), false
        ) as is_followed_by_recall,
        sent_at
    from messages_ranked

)

select * from winback_messages_found
