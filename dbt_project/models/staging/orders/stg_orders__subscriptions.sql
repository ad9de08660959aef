-- Running agreements with a recurring price, as last stated by the source up to the load horizon.
-- One row per subscription id.
with

source as (

    select * from {{ source('orders', 'subscriptions') }}

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
        {{ version_rank(['subscription_id'], updated_at='updated_at') }} as version_rank
    from known

),

subscriptions as (

    select
        -- ids
        subscription_id,
        customer_id,
        'buyer:' || customer_id as party_key,

        -- strings
        plan,
        currency,
        cancel_reason,

        -- numerics
        {{ dbt.safe_cast('mrr', 'decimal(18, 4)') }} as mrr_amount,

        -- timestamps
        {{ read_timestamp('started_at') }} as started_at,
        {{ read_timestamp('ended_at') }} as ended_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from subscriptions
