-- A review on an outside site, as last stated by the source up to the load horizon.
-- One row per review id.
with

source as (

    select * from {{ source('marketing', 'reviews') }}

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
        {{ version_rank(['review_id']) }} as version_rank
    from known

),

reviews as (

    select
        -- ids
        review_id,
        contact_id,

        -- strings
        site,
        sentiment,

        -- numerics
        {{ dbt.safe_cast('score', 'decimal(18, 4)') }} as score,

        -- timestamps
        {{ read_timestamp('posted_at') }} as posted_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from reviews
