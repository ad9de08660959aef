-- The lifecycles that the stage engine runs.
-- One row per lifecycle id.
with

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

lifecycles_described as (

    select
        lifecycle_id,
        entity_type,
        name,
        description
    from lifecycles

)

select * from lifecycles_described
