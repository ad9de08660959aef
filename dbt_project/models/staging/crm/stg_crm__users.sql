-- A member of staff with team and function, as last stated by the source up to the load horizon.
-- One row per user id and instant from which it holds.
with

source as (

    select * from {{ source('crm', 'users') }}

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
        {{ version_rank(['user_id', read_timestamp('valid_from_at')]) }} as version_rank
    from known

),

users as (

    select
        -- ids
        user_id,

        -- strings
        team,
        function_code,

        -- timestamps
        {{ read_timestamp('valid_from_at') }} as valid_from_at,
        {{ read_timestamp('valid_to_at') }} as valid_to_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from users
