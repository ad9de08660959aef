-- What each order that stands brought, less the cost of its goods where that is known, and what each refund took
-- back. A cancelled or wholly refunded order does not stand, and its refunds take nothing back. Lead products count.
-- A refund is costed as its order is, and of its currency where it names none.
-- One row per record type and record id.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

products as (

    select * from {{ ref('stg_orders__products') }}

),

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

costs as (

    select
        order_lines.order_id,
        sum(cast(order_lines.quantity * products.unit_cost as decimal(18, 4))) as cost_amount,
        count(*) = count(products.unit_cost) as is_costed
    from order_lines
    left join products
        on order_lines.product_id = products.product_id
    group by order_lines.order_id

),

orders_with_standing as (

    select
        *,
        order_status in ('paid', 'fulfilled') and not is_test as is_standing
    from orders

),

contributions as (

    select
        'order' as record_type,
        orders_with_standing.order_id as record_id,
        orders_with_standing.customer_id,
        orders_with_standing.currency,
        orders_with_standing.order_amount - coalesce(costs.cost_amount, 0) as contribution_amount,
        coalesce(costs.is_costed, false) as is_costed,
        orders_with_standing.ordered_at as occurred_at
    from orders_with_standing
    left join costs
        on orders_with_standing.order_id = costs.order_id
    where orders_with_standing.is_standing
    union all
    select
        'refund',
        refunds.refund_id,
        customer_events.customer_id,
        coalesce(refunds.currency, orders_with_standing.currency),
        -refunds.amount,
        orders_with_standing.order_id is null or coalesce(costs.is_costed, false),
        customer_events.occurred_at
    from customer_events
    inner join refunds
        on customer_events.event_type = 'order_refunded' and customer_events.source_record_id = refunds.refund_id
    left join orders_with_standing
        on refunds.order_id = orders_with_standing.order_id
    left join costs
        on refunds.order_id = costs.order_id
    where coalesce(orders_with_standing.is_standing, true)

),

contributions_valued as (

    select
        record_type,
        record_id,
        customer_id,
        currency,
        cast(contribution_amount as decimal(18, 4)) as contribution_amount,
        is_costed,
        occurred_at
    from contributions

)

select * from contributions_valued
