-- A line of an order, as last stated by the source up to the load horizon.
-- One row per order id and line number.
with

source as (

    select * from {{ source('orders', 'order_lines') }}

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
        {{ version_rank(['order_id', dbt.safe_cast('line_number', 'bigint')]) }} as version_rank
    from known

),

order_lines as (

    select
        -- ids
        order_id,
        product_id,
        coupon_id,

        -- strings
        description,

        -- numerics
        {{ dbt.safe_cast('line_number', 'bigint') }} as line_number,
        {{ dbt.safe_cast('quantity', 'double') }} as quantity,
        {{ dbt.safe_cast('unit_price', 'decimal(18, 4)') }} as unit_price,
        {{ dbt.safe_cast('discount_amount', 'decimal(18, 4)') }} as discount_amount,
        {{ dbt.safe_cast('amount', 'decimal(18, 4)') }} as amount,

        -- timestamps
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from order_lines
