-- The two clocks of this build: as_of bounds what has happened, known_at what had been loaded.
-- One row.
with

build_requests as (

    select * from {{ source('landing', 'build_requests') }}

),

load_horizons_resolved as (

    select * from {{ ref('int_load_horizons_resolved') }}

),

events_unioned as (

    select * from {{ ref('int_events_unioned') }}

),

newest_event as (

    select max(occurred_at) as occurred_at
    from events_unioned

),

build_clocks_resolved as (

    select
        coalesce(
            (select max(build_requests.as_of) from build_requests),
            newest_event.occurred_at
        ) as as_of,
        load_horizons_resolved.known_at
    from load_horizons_resolved
    cross join newest_event

)

select * from build_clocks_resolved
