-- Orders up to as_of, with their value and whether they count as a purchase.
-- One row per order id.
with

orders_valued as (

    select * from {{ ref('int_orders_valued') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

source_relations_found as (

    select * from {{ ref('int_source_relations_found') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

orders as (

    select
        -- ids
        orders_valued.order_id,
        identity_map.customer_id,
        orders_valued.deal_id,

        -- strings
        source_relations_found.source_relation,
        orders_valued.order_status,
        orders_valued.channel,
        orders_valued.country,
        orders_valued.currency,

        -- numerics
        orders_valued.order_amount,
        orders_valued.tax_amount,
        orders_valued.shipping_amount,
        cast(orders_valued.lines_count as bigint) as lines_count,

        -- booleans
        orders_valued.is_qualifying,
        orders_valued.is_placed_purchase,
        orders_valued.is_lead_product_only,
        orders_valued.is_test,

        -- timestamps
        orders_valued.ordered_at
    from orders_valued
    inner join build_clocks_resolved
        on orders_valued.ordered_at <= build_clocks_resolved.as_of
    left join identity_map
        on orders_valued.party_key = identity_map.party_key
    left join source_relations_found
        on orders_valued.loaded_at = source_relations_found.loaded_at

)

select * from orders
