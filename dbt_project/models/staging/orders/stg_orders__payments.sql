-- Money received, as last stated by the source up to the load horizon.
-- One row per payment id.
with

source as (

    select * from {{ source('orders', 'payments') }}

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
        {{ version_rank(['payment_id']) }} as version_rank
    from known

),

payments as (

    select
        -- ids
        payment_id,
        order_id,
        invoice_id,

        -- strings
        currency,
        method,

        -- numerics
        {{ dbt.safe_cast('amount', 'decimal(18, 4)') }} as amount,

        -- timestamps
        {{ read_timestamp('paid_at') }} as paid_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from payments
