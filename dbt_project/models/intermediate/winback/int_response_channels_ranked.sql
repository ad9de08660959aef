-- The channels through which a customer answered our messages, the most answered first, up to as_of.
-- A channel for which consent was withdrawn is left out.
-- One row per customer id and channel.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

customer_consents_resolved as (

    select * from {{ ref('int_customer_consents_resolved') }}

),

responses_counted as (

    select
        customer_events.customer_id,
        customer_events.channel,
        count(*) as responses_count
    from customer_events
    left join customer_consents_resolved
        on
            customer_events.customer_id = customer_consents_resolved.customer_id
            and customer_consents_resolved.channel in (customer_events.channel, 'all')
            and not customer_consents_resolved.is_granted
    where
        customer_events.event_type in ('message_opened', 'message_clicked')
        and customer_events.channel is not null
        and customer_events.customer_id is not null
        and customer_consents_resolved.customer_id is null
    group by customer_events.customer_id, customer_events.channel

),

response_channels_ranked as (

    select
        customer_id,
        channel,
        responses_count,
        row_number() over (
            partition by customer_id
            order by responses_count desc, channel asc
        ) as channel_rank
    from responses_counted

)

select * from response_channels_ranked
