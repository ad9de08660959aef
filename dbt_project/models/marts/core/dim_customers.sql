-- Who the customers are, without anything that names them: where they came from and where they stand at as_of.
-- One row per customer id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

customer_attributes_joined as (

    select * from {{ ref('int_customer_attributes_joined') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

lives as (

    select
        customer_id,
        min(occurred_at) as first_seen_at,
        coalesce(
            max(case when stated_value is null then occurred_at end),
            max(occurred_at)
        ) as last_seen_at
    from customer_events
    where customer_id is not null
    group by customer_id

),

origins_ranked as (

    select
        customer_id,
        channel,
        campaign_id,
        row_number() over (partition by customer_id order by occurred_at, event_id) as origin_rank
    from customer_events
    where customer_id is not null and channel is not null and event_type in ('lead_created', 'order_placed')

),

purchases as (

    select
        customer_id,
        count(*) as orders_count,
        cast(sum(order_amount) as decimal(18, 4)) as orders_amount,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from orders
    where is_qualifying and customer_id is not null
    group by customer_id

),

present_stages as (

    select
        entity_id as customer_id,
        stage,
        valid_from_at
    from stage_intervals
    where lifecycle_id = 'customer' and is_current

),

customers as (

    select
        -- ids
        lives.customer_id,
        origins_ranked.campaign_id,

        -- strings
        coalesce(present_stages.stage, 'outside') as lifecycle_stage,
        origins_ranked.channel as acquisition_channel,
        customer_attributes_joined.country,
        customer_attributes_joined.city,
        customer_attributes_joined.gender,
        customer_attributes_joined.occupation,
        customer_attributes_joined.income_band,

        -- numerics
        cast(coalesce(purchases.orders_count, 0) as bigint) as orders_count,
        cast(coalesce(purchases.orders_amount, 0) as decimal(18, 4)) as orders_amount,

        -- booleans
        coalesce(customer_attributes_joined.is_b2b, false) as is_b2b,

        -- timestamps
        lives.first_seen_at,
        lives.last_seen_at,
        purchases.first_ordered_at,
        purchases.last_ordered_at,
        present_stages.valid_from_at as stage_entered_at
    from lives
    left join present_stages
        on lives.customer_id = present_stages.customer_id
    left join origins_ranked
        on lives.customer_id = origins_ranked.customer_id and origins_ranked.origin_rank = 1
    left join purchases
        on lives.customer_id = purchases.customer_id
    left join customer_attributes_joined
        on lives.customer_id = customer_attributes_joined.customer_id

)

select * from customers
