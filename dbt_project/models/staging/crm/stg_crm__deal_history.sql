-- A change of a deal's field, as last stated by the source up to the load horizon.
-- One row per object id, field, instant of change and new value.
with

source as (

    select * from {{ source('crm', 'deal_history') }}

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
        {{ version_rank(['object_id', 'field', read_timestamp('changed_at'), 'new_value']) }} as version_rank
    from known

),

deal_history as (

    select
        -- ids
        object_id,

        -- strings
        field,
        old_value,
        new_value,
        changed_by,

        -- numerics
        _source_row as source_row,

        -- timestamps
        {{ read_timestamp('changed_at') }} as changed_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from deal_history
