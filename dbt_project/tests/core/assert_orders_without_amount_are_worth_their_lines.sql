{{ config(meta={"dagster": {"ref": {"name": "fct_orders"}}}) }}
-- Two marts tell what an order is worth; where the head is silent they must agree to the cent.
with

lines_by_order as (

    select
        order_id,
        sum(line_amount) as lines_amount
    from {{ ref('fct_order_lines') }}
    group by order_id

)

select
    orders.order_id,
    orders.order_amount,
    lines_by_order.lines_amount
from {{ ref('fct_orders') }} as orders
inner join {{ ref('stg_orders__orders') }} as heads
    on orders.order_id = heads.order_id
left join lines_by_order
    on orders.order_id = lines_by_order.order_id
where
    heads.gross_amount is null
    and orders.order_amount != coalesce(lines_by_order.lines_amount, 0) - coalesce(heads.discount_amount, 0)
