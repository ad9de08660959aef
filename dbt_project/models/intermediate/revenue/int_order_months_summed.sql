-- What the qualifying orders of a customer brought in a month, less what was given back in it of such orders; and how
-- much of that was for products never bought before.
-- One row per customer id and month; amounts are in the reporting currency.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

purchases as (

    select
        orders.order_id,
        orders.customer_id,
        orders.order_amount,
        orders.ordered_at,
        rates.reporting_rate
    from orders
    inner join reporting_rates_resolved as rates
        on coalesce(orders.currency, 'unknown') = rates.currency
    where orders.is_qualifying and orders.customer_id is not null

),

products_bought as (

    select
        purchases.customer_id,
        {{ in_reporting_currency('order_lines.line_amount', 'purchases.reporting_rate') }} as amount,
        cast({{ dbt.date_trunc('month', 'purchases.ordered_at') }} as date) as month_start_date,
        min(cast({{ dbt.date_trunc('month', 'purchases.ordered_at') }} as date)) over (
            partition by purchases.customer_id, order_lines.product_id
        ) as first_month_start_date
    from purchases
    inner join order_lines
        on purchases.order_id = order_lines.order_id
    where order_lines.product_id is not null

),

movements as (

    select
        customer_id,
        {{ in_reporting_currency('order_amount', 'reporting_rate') }} as amount,
        cast(0 as decimal(18, 4)) as new_products_amount,
        cast({{ dbt.date_trunc('month', 'ordered_at') }} as date) as month_start_date
    from purchases
    union all
    select
        customer_id,
        0,
        amount,
        month_start_date
    from products_bought
    where month_start_date = first_month_start_date
    union all
    select
        purchases.customer_id,
        -{{ in_reporting_currency('refunds.amount', 'purchases.reporting_rate') }},
        0,
        cast({{ dbt.date_trunc('month', 'refunds.refunded_at') }} as date)
    from refunds
    inner join purchases
        on refunds.order_id = purchases.order_id
    inner join build_clocks_resolved
        on refunds.refunded_at <= build_clocks_resolved.as_of

),

order_months_summed as (

    select
        customer_id,
        cast(sum(amount) as decimal(18, 4)) as amount,
        cast(sum(new_products_amount) as decimal(18, 4)) as new_products_amount,
        month_start_date
    from movements
    group by customer_id, month_start_date

)

select * from order_months_summed
