-- What each day's purchase was for: its categories, that with most money in it first.
-- One row per customer id, purchase date and product category.
with

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

products as (

    select * from {{ ref('stg_orders__products') }}

),

categories_bought as (

    select
        order_lines.customer_id,
        cast({{ dbt.date_trunc('day', 'order_lines.ordered_at') }} as date) as purchase_date,
        products.category as product_category,
        sum(order_lines.line_amount) as category_amount
    from order_lines
    inner join products
        on order_lines.product_id = products.product_id
    where order_lines.customer_id is not null and products.category is not null
    group by
        order_lines.customer_id,
        cast({{ dbt.date_trunc('day', 'order_lines.ordered_at') }} as date),
        products.category

),

purchase_categories_ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, purchase_date
            order by category_amount desc, product_category asc
        ) as category_rank
    from categories_bought

)

select * from purchase_categories_ranked
