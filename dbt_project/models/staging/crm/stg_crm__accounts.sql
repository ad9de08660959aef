-- A firm or household, as last stated by the source up to the load horizon.
-- One row per account id.
with

source as (

    select * from {{ source('crm', 'accounts') }}

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
        {{ version_rank(['account_id'], updated_at='updated_at') }} as version_rank
    from known

),

accounts as (

    select
        -- ids
        account_id,
        parent_account_id,
        via_partner_id,

        -- strings
        industry,
        country,

        -- numerics
        {{ dbt.safe_cast('employees_count', 'bigint') }} as employees_count,
        {{ dbt.safe_cast('annual_revenue', 'decimal(18, 4)') }} as annual_revenue,

        -- booleans; what is personal is judged here, and stays in raw
        coalesce(trim(name) != '', false) as has_name,
        {{ has_plausible_name('name', of_firm=true) }} as has_plausible_name,
        {{ dbt.safe_cast('is_b2b', 'boolean') }} as is_b2b,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from accounts
