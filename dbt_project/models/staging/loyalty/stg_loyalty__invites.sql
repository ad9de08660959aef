-- An invitation of another person, as last stated by the source up to the load horizon.
-- One row per invite id.
with

source as (

    select * from {{ source('loyalty', 'invites') }}

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
        {{ version_rank(['invite_id']) }} as version_rank
    from known

),

invites as (

    select
        -- ids
        invite_id,
        customer_id,
        lead_id,

        -- timestamps
        {{ read_timestamp('invited_at') }} as invited_at,
        {{ read_timestamp('accepted_at') }} as accepted_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from invites
