-- A change of a ticket's status, as last stated by the source up to the load horizon.
-- One row per ticket id, instant and new status.
with

source as (

    select * from {{ source('support', 'ticket_events') }}

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
        {{ version_rank(['ticket_id', read_timestamp('occurred_at'), 'to_status']) }} as version_rank
    from known

),

ticket_events as (

    select
        -- ids
        ticket_id,

        -- strings
        from_status,
        to_status,
        actor_type,

        -- numerics
        _source_row as source_row,

        -- timestamps
        {{ read_timestamp('occurred_at') }} as occurred_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from ticket_events
