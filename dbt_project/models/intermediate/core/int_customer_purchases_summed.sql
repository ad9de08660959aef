-- What a customer has bought up to as_of, and whether it is so much that the customer is to be treated with care.
-- One row per customer id with a qualifying order.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

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

customer_purchases_summed as (

    select
        purchases.*,
        coalesce(purchases.orders_amount >= thresholds.threshold_value, false) as is_vip
    from purchases
    left join thresholds
        on thresholds.threshold_id = 'vip_orders_amount'

)

select * from customer_purchases_summed
