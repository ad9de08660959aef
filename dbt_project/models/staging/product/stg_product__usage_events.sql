-- Something a user did in the product, as last stated by the source up to the load horizon.
-- One row per usage event id.
with

source as (

    select * from {{ source('product', 'usage_events') }}

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
        {{ version_rank(['usage_event_id']) }} as version_rank
    from known

),

usage_events as (

    select
        -- ids
        usage_event_id,
        customer_id,

        -- strings
        event_name,
        module,

        -- timestamps
        {{ read_timestamp('occurred_at') }} as occurred_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from usage_events
