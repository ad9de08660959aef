-- Where each customer came from: the channel, campaign and direction of the first lead or order that names a channel.
-- One row per customer id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

origins_ranked as (

    select
        customer_id,
        channel,
        campaign_id,
        direction,
        row_number() over (partition by customer_id order by occurred_at, event_id) as origin_rank
    from customer_events
    where customer_id is not null and channel is not null and event_type in ('lead_created', 'order_placed')

),

customer_origins_found as (

    select
        customer_id,
        channel,
        campaign_id,
        direction as motion
    from origins_ranked
    where origin_rank = 1

)

select * from customer_origins_found
