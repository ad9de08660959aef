-- A person whose identity is known, as last stated by the source up to the load horizon.
-- One row per contact id.
with

source as (

    select * from {{ source('crm', 'contacts') }}

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

versions as (

    select
        *,
        {{ hash_email('email') }} as email_hash,
        {{ hash_phone('phone') }} as phone_hash,
        coalesce({{ read_timestamp('updated_at') }}, _loaded_at) as version_at
    from known

),

{# A value that the first known version already has was never seen to change. #}
ranked as (

    select
        *,
        {{ version_rank(['contact_id'], updated_at='updated_at') }} as version_rank,
        min(version_at) over (partition by contact_id) as first_version_at,
        min(version_at) over (partition by contact_id, email_hash) as email_version_at,
        min(version_at) over (partition by contact_id, phone_hash) as phone_version_at
    from versions

),

contacts as (

    select
        -- ids
        contact_id,
        person_key,
        account_id,
        merged_into,

        -- strings
        email_hash,
        phone_hash,
        gender,
        occupation,
        income_band,
        city,
        country,

        -- numerics; of the year of birth only its half decade leaves raw
        cast(
            floor({{ dbt.safe_cast('birth_year', 'bigint') }} / cast(5 as double)) * 5 as integer
        ) as birth_period_start_year,

        -- booleans; what is personal is judged here, and stays in raw
        coalesce(trim(name) != '', false) as has_name,
        {{ has_plausible_name('name') }} as has_plausible_name,
        {{ has_well_formed_email('email') }} as has_well_formed_email,
        {{ has_well_formed_phone('phone') }} as has_well_formed_phone,
        {{ dbt.safe_cast('birth_year', 'bigint') }} is not null as has_birth_year,
        coalesce(
            1900 + floor({{ dbt.datediff(
                "date '1900-01-01'", '(' ~ read_timestamp('created_at') ~ ')', 'month'
            ) }} / cast(12 as double)) - {{ dbt.safe_cast('birth_year', 'bigint') }} between 10 and 110,
            false
        ) as has_plausible_birth_year,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        case when email_version_at > first_version_at then email_version_at end as email_changed_at,
        case when phone_version_at > first_version_at then phone_version_at end as phone_changed_at,
        {{ read_timestamp('deleted_at') }} as deleted_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from contacts
