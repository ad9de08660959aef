-- Money given back, as last stated by the source up to the load horizon.
-- One row per refund id.
with

source as (

    select * from {{ source('orders', 'refunds') }}

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
        {{ version_rank(['refund_id']) }} as version_rank
    from known

),

refunds as (

    select
        -- ids
        refund_id,
        order_id,
        customer_id,

        -- strings
        currency,
        reason,

        -- numerics
        {{ dbt.safe_cast('amount', 'decimal(18, 4)') }} as amount,

        -- timestamps
        {{ read_timestamp('refunded_at') }} as refunded_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from refunds
