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
        {{ version_rank(['lead_id'], updated_at='updated_at') }} as version_rank,
        min(version_at) over (partition by lead_id) as first_version_at,
        min(version_at) over (partition by lead_id, email_hash) as email_version_at,
        min(version_at) over (partition by lead_id, phone_hash) as phone_version_at
    from versions

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
        email_hash,
        phone_hash,
        source,
        motion,
        status,
        lost_reason,

        -- booleans; what is personal is judged here, and stays in raw
        coalesce(trim(name) != '', false) as has_name,
        {{ has_plausible_name('name') }} as has_plausible_name,
        {{ has_well_formed_email('email') }} as has_well_formed_email,
        {{ has_well_formed_phone('phone') }} as has_well_formed_phone,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        case when email_version_at > first_version_at then email_version_at end as email_changed_at,
        case when phone_version_at > first_version_at then phone_version_at end as phone_changed_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from leads
