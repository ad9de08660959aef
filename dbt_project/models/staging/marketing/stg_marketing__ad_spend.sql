-- Money spent on a channel in a day, as last stated by the source up to the load horizon.
-- One row per spend date, channel and campaign id.
with

source as (

    select * from {{ source('marketing', 'ad_spend') }}

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
        {{ version_rank([dbt.safe_cast('spend_date', 'date'), 'channel', 'campaign_id']) }} as version_rank
    from known

),

ad_spend as (

    select
        -- ids
        campaign_id,

        -- strings
        channel,
        currency,

        -- numerics
        {{ dbt.safe_cast('amount', 'decimal(18, 4)') }} as amount,

        -- dates
        {{ dbt.safe_cast('spend_date', 'date') }} as spend_date,

        -- timestamps
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from ad_spend
