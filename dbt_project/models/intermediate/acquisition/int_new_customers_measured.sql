-- Each customer who has bought: whence it came, whether it fits, and whether it bought once only.
-- One-time buyers are told in months that are mature: the days in which a second order may come are over for all.
-- One row per customer id.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

customer_origins_found as (

    select * from {{ ref('int_customer_origins_found') }}

),

icp_fits_judged as (

    select * from {{ ref('int_icp_fits_judged') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

orders_numbered as (

    select
        customer_id,
        ordered_at,
        row_number() over (partition by customer_id order by ordered_at, order_id) as order_number
    from orders
    where is_qualifying and customer_id is not null

),

buyers as (

    select
        customers.customer_id,
        coalesce(customer_origins_found.channel, 'unknown') as channel,
        coalesce(customer_origins_found.motion, 'unknown') as motion,
        icp_fits_judged.icp_fit,
        cast({{ dbt.date_trunc('month', 'customers.first_ordered_at') }} as date) as month_start_date,
        {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'customers.first_ordered_at') }}
            as second_order_until_at,
        {{ dbt.dateadd(
            'day',
            'cast(thresholds.threshold_value as integer)',
            dbt.dateadd('month', 1, dbt.date_trunc('month', 'customers.first_ordered_at'))
        ) }} as mature_at
    from customers
    inner join thresholds
        on thresholds.threshold_id = 'one_time_buyer_days'
    left join customer_origins_found
        on customers.customer_id = customer_origins_found.customer_id
    left join icp_fits_judged
        on customers.customer_id = icp_fits_judged.customer_id
    where customers.first_ordered_at is not null

),

new_customers_measured as (

    select
        buyers.customer_id,
        buyers.channel,
        buyers.motion,
        buyers.icp_fit,
        buyers.mature_at <= build_clocks_resolved.as_of as is_mature,
        second_orders.ordered_at is null as is_one_time,
        buyers.month_start_date
    from buyers
    cross join build_clocks_resolved
    left join orders_numbered as second_orders
        on
            buyers.customer_id = second_orders.customer_id
            and second_orders.order_number = 2
            and buyers.second_order_until_at >= second_orders.ordered_at

)

select * from new_customers_measured
