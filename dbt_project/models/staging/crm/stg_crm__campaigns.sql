-- A marketing or sales campaign, as last stated by the source up to the load horizon.
-- One row per campaign id.
with

source as (

    select * from {{ source('crm', 'campaigns') }}

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
        {{ version_rank(['campaign_id']) }} as version_rank
    from known

),

campaigns as (

    select
        -- ids
        campaign_id,

        -- strings
        name,
        channel,
        target_type,
        idea,

        -- numerics
        {{ dbt.safe_cast('cost', 'decimal(18, 4)') }} as cost,

        -- dates
        {{ dbt.safe_cast('started_date', 'date') }} as started_date,
        {{ dbt.safe_cast('ended_date', 'date') }} as ended_date,

        -- timestamps
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from campaigns
