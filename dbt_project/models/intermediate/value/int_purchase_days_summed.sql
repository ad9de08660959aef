-- What each customer bought on each day, in UTC: the orders of one day are one purchase.
-- One row per customer id and purchase date.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

purchase_days_summed as (

    select
        orders.customer_id,
        cast({{ dbt.date_trunc('day', 'orders.ordered_at') }} as date) as purchase_date,
        count(*) as orders_count,
        cast(
            sum({{ in_reporting_currency('orders.order_amount', 'rates.reporting_rate') }}) as decimal(18, 4)
        ) as purchase_amount
    from orders
    inner join reporting_rates_resolved as rates
        on coalesce(orders.currency, 'unknown') = rates.currency
    where orders.is_qualifying and orders.customer_id is not null
    group by orders.customer_id, cast({{ dbt.date_trunc('day', 'orders.ordered_at') }} as date)

)

select * from purchase_days_summed
