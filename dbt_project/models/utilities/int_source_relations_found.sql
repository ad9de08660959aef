-- Whose the files are that were landed for one of several shops.
-- One row per instant of loading, which is that of one file alone.
with

files as (

    select * from {{ source('landing', 'files') }}

),

source_relations_found as (

    select
        source_relation,
        loaded_at
    from files
    where status = 'landed' and source_relation is not null

)

select * from source_relations_found
