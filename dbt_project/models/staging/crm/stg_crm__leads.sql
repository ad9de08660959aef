-- A person or firm that showed interest, as last stated by the source up to the load horizon.
-- One row per lead id.
with

source as (

    select * from {{ source('crm', 'leads') }}

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
        {{ version_rank(['lead_id'], updated_at='updated_at') }} as version_rank
    from known

),

leads as (

    select
        -- ids
        lead_id,
        person_key,
        account_id,
        campaign_id,
        owner_id,
        referrer_id,
        converted_contact_id,
        converted_deal_id,

        -- strings
        {{ hash_email('email') }} as email_hash,
        {{ hash_phone('phone') }} as phone_hash,
        source,
        motion,
        status,
        lost_reason,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from leads
