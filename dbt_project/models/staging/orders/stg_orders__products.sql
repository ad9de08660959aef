-- What can be bought, as last stated by the source up to the load horizon.
-- One row per product id.
with

source as (

    select * from {{ source('orders', 'products') }}

),

load_horizon as (

    select * from {{ ref('int_load_horizons_resolved') }}

),

known as (

    select source.*
    from source
    inner join load_horizon
        on source._loaded_at <= load_horizon.known_at

),

ranked as (

    select
        *,
        {{ version_rank(['product_id']) }} as version_rank
    from known

),

products as (

    select
        -- ids
        product_id,

        -- strings
        name,
        category,
        role,
        revenue_model,

        -- numerics
        {{ dbt.safe_cast('list_price', 'decimal(18, 4)') }} as list_price,
        {{ dbt.safe_cast('unit_cost', 'decimal(18, 4)') }} as unit_cost,

        -- timestamps
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from products
