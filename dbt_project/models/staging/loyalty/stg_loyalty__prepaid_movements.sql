-- Money paid in advance, or used, as last stated by the source up to the load horizon.
-- One row per customer id, instant and reason.
with

source as (

    select * from {{ source('loyalty', 'prepaid_movements') }}

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
        {{ version_rank(['customer_id', read_timestamp('occurred_at'), 'reason']) }} as version_rank
    from known

),

prepaid_movements as (

    select
        -- ids
        customer_id,

        -- strings
        reason,

        -- numerics
        {{ dbt.safe_cast('delta', 'decimal(18, 4)') }} as delta,

        -- timestamps
        {{ read_timestamp('occurred_at') }} as occurred_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from prepaid_movements
