-- Every qualifying order of a customer with the next one: each is a rung of the ladder, from which the next may be
-- reached. Whoever has not ordered again is watched until as_of. Days are rounded up.
-- One row per order id.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

orders_numbered as (

    select
        order_id,
        customer_id,
        ordered_at,
        row_number() over (partition by customer_id order by ordered_at, order_id) as order_number,
        lead(ordered_at) over (partition by customer_id order by ordered_at, order_id) as next_ordered_at
    from orders
    where is_qualifying and customer_id is not null

),

{# The product of a first order is the one with most money in it. #}
lines_ranked as (

    select
        order_lines.order_id,
        order_lines.product_id,
        row_number() over (
            partition by order_lines.order_id
            order by order_lines.line_amount desc, order_lines.product_id asc, order_lines.line_number asc
        ) as product_rank
    from order_lines
    inner join orders_numbered
        on order_lines.order_id = orders_numbered.order_id
    where orders_numbered.order_number = 1 and order_lines.product_id is not null

),

order_rungs_timed as (

    select
        orders_numbered.order_id,
        cast(orders_numbered.order_number as integer) as order_number,
        customers.acquisition_channel,
        customers.is_b2b,
        lines_ranked.product_id as first_product_id,
        orders_numbered.next_ordered_at is not null as is_followed,
        {{ dbt.dateadd('day', 'cast(windows.threshold_value as integer)', 'orders_numbered.ordered_at') }}
        <= build_clocks_resolved.as_of as is_mature,
        coalesce(
            orders_numbered.next_ordered_at
            <= {{ dbt.dateadd('day', 'cast(windows.threshold_value as integer)', 'orders_numbered.ordered_at') }},
            false
        ) as is_followed_in_window,
        cast(-floor(
            -{{ dbt.datediff(
                'orders_numbered.ordered_at',
                'coalesce(orders_numbered.next_ordered_at, build_clocks_resolved.as_of)',
                'second'
            ) }} / cast(86400 as double)
        ) as integer) as days
    from orders_numbered
    cross join build_clocks_resolved
    inner join thresholds as windows
        on windows.threshold_id = 'order_ladder_window_days'
    inner join thresholds as rungs
        on
            rungs.threshold_id = 'order_ladder_orders'
            and orders_numbered.order_number <= rungs.threshold_value
    inner join customers
        on orders_numbered.customer_id = customers.customer_id
    left join lines_ranked
        on orders_numbered.order_id = lines_ranked.order_id and lines_ranked.product_rank = 1

)

select * from order_rungs_timed
