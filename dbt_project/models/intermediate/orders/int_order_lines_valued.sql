-- What each line of an order is worth, and in what role its product was sold.
-- One row per order id and line number.
with

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

products as (

    select * from {{ ref('stg_orders__products') }}

),

order_lines_valued as (

    select
        order_lines.order_id,
        order_lines.line_number,
        order_lines.product_id,
        coalesce(products.role, 'core') as product_role,
        order_lines.quantity,
        order_lines.unit_price,
        coalesce(
            order_lines.amount,
            {{ dbt.safe_cast('order_lines.quantity * order_lines.unit_price', 'decimal(18, 4)') }}
            - coalesce(order_lines.discount_amount, 0)
        ) as line_amount
    from order_lines
    left join products
        on order_lines.product_id = products.product_id

)

select * from order_lines_valued
