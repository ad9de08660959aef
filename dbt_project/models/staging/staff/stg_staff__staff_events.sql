-- A hire, training, posting, promotion, regrade or leaving, as last stated by the source up to the load horizon.
-- One row per user id, type and instant.
with

source as (

    select * from {{ source('staff', 'staff_events') }}

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
        {{ version_rank(['user_id', 'type', read_timestamp('occurred_at')]) }} as version_rank
    from known

),

staff_events as (

    select
        -- ids
        user_id,

        -- strings
        type,
        grade,

        -- numerics
        _source_row as source_row,

        -- timestamps
        {{ read_timestamp('occurred_at') }} as occurred_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from staff_events
