-- What each order is worth and whether it counts as a purchase.
-- One row per order id.
with

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

order_lines_valued as (

    select * from {{ ref('int_order_lines_valued') }}

),

lines_by_order as (

    select
        order_id,
        count(*) as lines_count,
        cast(sum(line_amount) as decimal(18, 4)) as lines_amount,
        count(case when quantity > 0 and line_amount > 0 and product_role != 'lead' then 1 end) as purchase_lines_count,
        count(case when quantity > 0 and line_amount > 0 and product_role = 'lead' then 1 end) as lead_lines_count
    from order_lines_valued
    group by order_id

),

orders_with_amount as (

    select
        orders.order_id,
        orders.party_key,
        orders.deal_id,
        orders.channel,
        orders.country,
        orders.currency,
        coalesce(orders.status, 'paid') as order_status,
        coalesce(orders.is_test, false) as is_test,
        coalesce(lines_by_order.lines_count, 0) as lines_count,
        coalesce(lines_by_order.purchase_lines_count, 0) as purchase_lines_count,
        coalesce(lines_by_order.lead_lines_count, 0) as lead_lines_count,
        cast(
            coalesce(orders.gross_amount, lines_by_order.lines_amount, 0) - coalesce(orders.discount_amount, 0)
            as decimal(18, 4)
        ) as order_amount,
        orders.tax_amount,
        orders.shipping_amount,
        orders.ordered_at,
        orders.loaded_at
    from orders
    left join lines_by_order
        on orders.order_id = lines_by_order.order_id

),

orders_judged as (

    select
        *,
        not is_test
        and order_amount > 0
        and (purchase_lines_count > 0 or lines_count = 0) as is_placed_purchase
    from orders_with_amount

),

orders_valued as (

    select
        *,
        is_placed_purchase and order_status not in ('placed', 'cancelled', 'refunded') as is_qualifying,
        order_status not in ('placed', 'cancelled', 'refunded')
        and not is_test
        and purchase_lines_count = 0
        and lead_lines_count > 0 as is_lead_product_only
    from orders_judged

)

select * from orders_valued
