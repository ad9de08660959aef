-- A question sent to customers, as last stated by the source up to the load horizon.
-- One row per survey id.
with

source as (

    select * from {{ source('support', 'surveys') }}

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
        {{ version_rank(['survey_id']) }} as version_rank
    from known

),

surveys as (

    select
        -- ids
        survey_id,

        -- strings
        type,

        -- numerics
        {{ dbt.safe_cast('scale_min', 'double') }} as scale_min,
        {{ dbt.safe_cast('scale_max', 'double') }} as scale_max,

        -- booleans
        {{ dbt.safe_cast('higher_is_better', 'boolean') }} as higher_is_better,

        -- timestamps
        {{ read_timestamp('sent_at') }} as sent_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from surveys
