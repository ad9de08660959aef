-- Changes of a subscription's recurring amount, as last stated by the source up to the load horizon.
-- One row per subscription id, instant and type.
with

source as (

    select * from {{ source('orders', 'subscription_events') }}

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
        {{ version_rank(['subscription_id', 'occurred_at', 'type']) }} as version_rank
    from known

),

subscription_events as (

    select
        -- ids
        subscription_id,

        -- strings
        type as change_type,

        -- numerics
        {{ dbt.safe_cast('mrr_change', 'decimal(18, 4)') }} as mrr_change_amount,

        -- timestamps
        {{ read_timestamp('occurred_at') }} as occurred_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from subscription_events
