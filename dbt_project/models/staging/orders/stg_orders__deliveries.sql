-- The delivery of an order, as last stated by the source up to the load horizon.
-- One row per order id.
with

source as (

    select * from {{ source('orders', 'deliveries') }}

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
        {{ version_rank(['order_id']) }} as version_rank
    from known

),

deliveries as (

    select
        -- ids
        order_id,

        -- timestamps
        {{ read_timestamp('promised_at') }} as promised_at,
        {{ read_timestamp('delivered_at') }} as delivered_at,
        {{ read_timestamp('accepted_at') }} as accepted_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from deliveries
