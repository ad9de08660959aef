-- A call, visit, mail, meeting or trial lesson, as last stated by the source up to the load horizon.
-- One row per activity id.
with

source as (

    select * from {{ source('crm', 'activities') }}

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
        {{ version_rank(['activity_id']) }} as version_rank
    from known

),

activities as (

    select
        -- ids
        activity_id,
        contact_id,
        lead_id,
        deal_id,
        owner_id,
        campaign_id,

        -- strings
        type,
        direction,
        channel,
        function_code,
        outcome,
        play_code,

        -- numerics
        {{ dbt.safe_cast('unit_cost', 'decimal(18, 4)') }} as unit_cost,

        -- timestamps
        {{ read_timestamp('occurred_at') }} as occurred_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from activities
