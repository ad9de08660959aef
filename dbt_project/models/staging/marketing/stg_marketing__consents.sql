-- A permission to contact a person through a channel, as last stated by the source up to the load horizon.
-- One row per contact id, channel and start.
with

source as (

    select * from {{ source('marketing', 'consents') }}

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
        {{ version_rank(['contact_id', 'channel', read_timestamp('valid_from_at')]) }} as version_rank
    from known

),

consents as (

    select
        -- ids
        contact_id,

        -- strings
        channel,

        -- booleans
        {{ dbt.safe_cast('is_granted', 'boolean') }} as is_granted,

        -- timestamps
        {{ read_timestamp('valid_from_at') }} as valid_from_at,
        {{ read_timestamp('valid_to_at') }} as valid_to_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from consents
