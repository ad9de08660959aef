-- Lines of the orders up to as_of.
-- One row per order id and line number.
with

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

order_lines_of_orders as (

    select
        -- ids
        {{ surrogate_key(['order_lines.order_id', 'order_lines.line_number']) }} as order_line_id,
        order_lines.order_id,
        orders.customer_id,
        order_lines.product_id,

        -- numerics
        cast(order_lines.line_number as integer) as line_number,
        order_lines.quantity,
        order_lines.unit_price,
        cast(
            coalesce(
                order_lines.amount,
                cast(order_lines.quantity * order_lines.unit_price as decimal(18, 4))
                - coalesce(order_lines.discount_amount, 0)
            ) as decimal(18, 4)
        ) as line_amount,

        -- timestamps
        orders.ordered_at
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id

)

select * from order_lines_of_orders
