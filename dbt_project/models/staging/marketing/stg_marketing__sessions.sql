-- A visit to the site, as last stated by the source up to the load horizon.
-- One row per session id.
with

source as (

    select * from {{ source('marketing', 'sessions') }}

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
        {{ version_rank(['session_id']) }} as version_rank
    from known

),

sessions as (

    select
        -- ids
        session_id,
        visitor_id,
        contact_id,
        lead_id,

        -- strings
        utm_source,
        utm_medium,
        utm_campaign,
        landing_page,

        -- timestamps
        {{ read_timestamp('started_at') }} as started_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from sessions
