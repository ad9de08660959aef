-- A contract with a customer, as last stated by the source up to the load horizon.
-- One row per contract id.
with

source as (

    select * from {{ source('crm', 'contracts') }}

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
        {{ version_rank(['contract_id'], updated_at='updated_at') }} as version_rank
    from known

),

contracts as (

    select
        -- ids
        contract_id,
        account_id,
        contact_id,

        -- strings
        status,
        currency,

        -- numerics
        {{ dbt.safe_cast('value', 'decimal(18, 4)') }} as value,

        -- booleans
        {{ dbt.safe_cast('auto_renew', 'boolean') }} as is_renewed_automatically,

        -- dates
        {{ dbt.safe_cast('started_date', 'date') }} as started_date,
        {{ dbt.safe_cast('ended_date', 'date') }} as ended_date,

        -- timestamps
        {{ read_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from contracts
