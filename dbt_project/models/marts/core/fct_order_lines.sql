-- Lines of the orders up to as_of.
-- One row per order id and line number.
with

order_lines_valued as (

    select * from {{ ref('int_order_lines_valued') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

order_lines as (

    select
        -- ids
        {{ surrogate_key(['order_lines_valued.order_id', 'order_lines_valued.line_number']) }} as order_line_id,
        order_lines_valued.order_id,
        orders.customer_id,
        order_lines_valued.product_id,

        -- strings
        orders.source_relation,
        order_lines_valued.product_role,

        -- numerics
        cast(order_lines_valued.line_number as integer) as line_number,
        order_lines_valued.quantity,
        order_lines_valued.unit_price,
        cast(order_lines_valued.line_amount as decimal(18, 4)) as line_amount,

        -- timestamps
        orders.ordered_at
    from order_lines_valued
    inner join orders
        on order_lines_valued.order_id = orders.order_id

)

select * from order_lines
