-- Who the customers are, without anything that names them: where they came from and where they stand at as_of.
-- One row per customer id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

customer_origins_found as (

    select * from {{ ref('int_customer_origins_found') }}

),

customer_attributes_joined as (

    select * from {{ ref('int_customer_attributes_joined') }}

),

customer_purchases_summed as (

    select * from {{ ref('int_customer_purchases_summed') }}

),

customer_stages_summed as (

    select * from {{ ref('int_customer_stages_summed') }}

),

customer_overlays_flagged as (

    select * from {{ ref('int_customer_overlays_flagged') }}

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

customers as (

    select
        -- ids
        lives.customer_id,
        origins.campaign_id,
        overlays.via_partner_id,

        -- strings
        coalesce(stages.lifecycle_stage, 'outside') as lifecycle_stage,
        stages.highest_stage,
        stages.reactivation_source,
        origins.channel as acquisition_channel,
        attributes.country,
        attributes.city,
        attributes.gender,
        attributes.occupation,
        attributes.income_band,

        -- numerics
        cast(coalesce(purchases.orders_count, 0) as bigint) as orders_count,
        cast(coalesce(purchases.orders_amount, 0) as decimal(18, 4)) as orders_amount,

        -- booleans
        coalesce(attributes.is_b2b, false) as is_b2b,
        coalesce(overlays.is_advocate, false) as is_advocate,
        coalesce(purchases.is_vip, false) as is_vip,
        coalesce(overlays.has_open_deal, false) as has_open_deal,

        -- timestamps
        lives.first_seen_at,
        lives.last_seen_at,
        purchases.first_ordered_at,
        purchases.last_ordered_at,
        stages.stage_entered_at,
        stages.highest_stage_reached_at
    from lives
    left join customer_stages_summed as stages
        on lives.customer_id = stages.customer_id
    left join customer_origins_found as origins
        on lives.customer_id = origins.customer_id
    left join customer_purchases_summed as purchases
        on lives.customer_id = purchases.customer_id
    left join customer_attributes_joined as attributes
        on lives.customer_id = attributes.customer_id
    left join customer_overlays_flagged as overlays
        on lives.customer_id = overlays.customer_id

)

select * from customers
