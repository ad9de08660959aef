-- A sales opportunity, as last stated by the source up to the load horizon.
-- One row per deal id.
with

source as (

    select * from {{ source('crm', 'deals') }}

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
        {{ version_rank(['deal_id'], updated_at='updated_at') }} as version_rank
    from known

),

deals as (

    select
        -- ids
        deal_id,
        account_id,
        contact_id,
        lead_id,
        product_id,
        owner_id,

        -- strings
        pipeline,
        stage,
        currency,
        lost_reason,
        competitor,

        -- numerics
        {{ dbt.safe_cast('amount', 'decimal(18, 4)') }} as amount,

        -- booleans
        {{ dbt.safe_cast('is_won', 'boolean') }} as is_won,
        {{ dbt.safe_cast('is_custom', 'boolean') }} as is_custom,

        -- dates
        {{ dbt.safe_cast('expected_close_date', 'date') }} as expected_close_date,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('engaged_at') }} as engaged_at,
        {{ read_timestamp('closed_at') }} as closed_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from deals
