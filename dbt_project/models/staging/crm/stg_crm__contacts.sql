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

ranked as (

    select
        *,
        {{ version_rank(['contact_id'], updated_at='updated_at') }} as version_rank
    from known

),

contacts as (

    select
        -- ids
        contact_id,
        person_key,
        account_id,
        merged_into,

        -- strings
        {{ hash_email('email') }} as email_hash,
        {{ hash_phone('phone') }} as phone_hash,
        gender,
        occupation,
        income_band,
        city,
        country,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        {{ read_timestamp('deleted_at') }} as deleted_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from contacts
