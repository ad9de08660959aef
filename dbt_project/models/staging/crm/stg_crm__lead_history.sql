-- A change of a lead's field, as last stated by the source up to the load horizon. A personal value leaves raw only as
-- its hash.
-- One row per object id, field, instant of change and new value.
with

source as (

    select * from {{ source('crm', 'lead_history') }}

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

lead_history as (

    select
        -- ids
        object_id,

        -- strings
        field,
        {% for value in ['old_value', 'new_value'] %}
            case
                when field in ({{ personal_fields('crm.leads') }}) then {{ sha256(value) }}
                else {{ value }}
            end as {{ value }},
        {% endfor %}
        changed_by,

        -- timestamps
        {{ read_timestamp('changed_at') }} as changed_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from lead_history
