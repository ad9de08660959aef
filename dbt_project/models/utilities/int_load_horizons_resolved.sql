-- Up to which instant of loading this build looks: as requested, else the newest load.
-- One row.
with

build_requests as (

    select * from {{ source('landing', 'build_requests') }}

),

files as (

    select * from {{ source('landing', 'files') }}

),

newest_load as (

    select max(loaded_at) as loaded_at
    from files
    where status = 'landed'

),

load_horizons_resolved as (

    select
        coalesce(
            (select max(build_requests.known_at) from build_requests),
            newest_load.loaded_at
        ) as known_at
    from newest_load

)

select * from load_horizons_resolved
