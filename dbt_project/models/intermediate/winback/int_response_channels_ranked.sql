-- The channels through which each customer who is judged may be reached: those it answered most come first, then
-- those that all customers answer most. Of a customer who was ever asked for consent, only the channels that are
-- granted, by name or by `all`; e-mail only where an address is known, the others where a number is.
-- One row per customer id and channel.
with

winback_customers_found as (

    select * from {{ ref('int_winback_customers_found') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

customer_consents_resolved as (

    select * from {{ ref('int_customer_consents_resolved') }}

),

customer_contact_points_counted as (

    select * from {{ ref('int_customer_contact_points_counted') }}

),

asked_customers as (

    select distinct customer_id
    from customer_consents_resolved

),

channels as (

    select
        channel,
        count(case when event_type != 'message_sent' then 1 end) as responses_of_all_count
    from customer_events
    where
        event_type in ('message_sent', 'message_opened', 'message_clicked')
        and channel is not null
    group by channel

),

responses as (

    select
        customer_id,
        channel,
        count(*) as responses_count
    from customer_events
    where
        event_type in ('message_opened', 'message_clicked')
        and channel is not null
        and customer_id is not null
    group by customer_id, channel

),

{# A customer known to the order system alone has no contact points that we could count. #}
ways as (

    select
        found.customer_id,
        channels.channel,
        channels.responses_of_all_count
    from winback_customers_found as found
    cross join channels
    left join customer_contact_points_counted as contact_points
        on found.customer_id = contact_points.customer_id
    left join asked_customers
        on found.customer_id = asked_customers.customer_id
    left join customer_consents_resolved as by_name
        on
            found.customer_id = by_name.customer_id
            and channels.channel = by_name.channel
    left join customer_consents_resolved as by_all
        on
            found.customer_id = by_all.customer_id
            and by_all.channel = 'all'
    where
        (
            asked_customers.customer_id is null
            or (coalesce(by_name.is_granted, by_all.is_granted, false) and coalesce(by_all.is_granted, true))
        )
        and case
            when channels.channel = 'email' then coalesce(contact_points.emails_count > 0, true)
            else coalesce(contact_points.phones_count > 0, true)
        end

),

response_channels_ranked as (

    select
        ways.customer_id,
        ways.channel,
        coalesce(responses.responses_count, 0) as responses_count,
        row_number() over (
            partition by ways.customer_id
            order by coalesce(responses.responses_count, 0) desc, ways.responses_of_all_count desc, ways.channel asc
        ) as channel_rank
    from ways
    left join responses
        on
            ways.customer_id = responses.customer_id
            and ways.channel = responses.channel

)

select * from response_channels_ranked
