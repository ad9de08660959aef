-- The channels through which a customer answered our messages, the most answered first, up to as_of.
-- Of a customer who was ever asked for consent, only the channels that are granted, by name or by `all`.
-- One row per customer id and channel.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

customer_consents_resolved as (

    select * from {{ ref('int_customer_consents_resolved') }}

),

asked_customers as (

    select distinct customer_id
    from customer_consents_resolved

),

responses_counted as (

    select
        customer_events.customer_id,
        customer_events.channel,
        count(*) as responses_count
    from customer_events
    left join asked_customers
        on customer_events.customer_id = asked_customers.customer_id
    left join customer_consents_resolved as by_name
        on
            customer_events.customer_id = by_name.customer_id
            and customer_events.channel = by_name.channel
    left join customer_consents_resolved as by_all
        on
            customer_events.customer_id = by_all.customer_id
            and by_all.channel = 'all'
    where
        customer_events.event_type in ('message_opened', 'message_clicked')
        and customer_events.channel is not null
        and customer_events.customer_id is not null
        and (
            asked_customers.customer_id is null
            or (coalesce(by_name.is_granted, by_all.is_granted, false) and coalesce(by_all.is_granted, true))
        )
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
