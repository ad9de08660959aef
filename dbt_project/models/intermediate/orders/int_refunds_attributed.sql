-- Refunds up to as_of, with the customer of their order, else the buyer whom the refund names.
-- One row per refund id.
with

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

refunds_attributed as (

    select
        refunds.refund_id,
        coalesce(orders.customer_id, identity_map.customer_id) as customer_id,
        coalesce(refunds.currency, orders.currency, 'unknown') as currency,
        refunds.amount as refund_amount,
        coalesce(orders.is_test, false) as is_test,
        refunds.refunded_at
    from refunds
    inner join build_clocks_resolved
        on refunds.refunded_at <= build_clocks_resolved.as_of
    left join orders
        on refunds.order_id = orders.order_id
    left join identity_map
        on identity_map.party_key = 'buyer:' || refunds.customer_id

)

select * from refunds_attributed
