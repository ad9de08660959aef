-- How a person came to be known, as events: written down, given up, identified, deleted.
-- One row per event.
with

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

lead_history as (

    select * from {{ ref('stg_crm__lead_history') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

leads_created as (

    select
        'lead_created' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'lead:' || lead_id as party_key,
        'crm' as source_system,
        'leads' as source_table,
        lead_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        source as channel,
        campaign_id as campaign_id,
        cast(null as string) as function_code,
        motion as direction,
        cast(null as string) as stated_value,
        created_at as occurred_at,
        loaded_at
    from leads

),

leads_disqualified as (

    select
        'lead_disqualified' as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'lead:' || object_id as party_key,
        'crm' as source_system,
        'lead_history' as source_table,
        object_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        changed_at as occurred_at,
        loaded_at
    from lead_history
    where field = 'status' and new_value = 'disqualified'

),

contact_moments as (

    select
        contact_id,
        'contact_created' as event_type,
        created_at as occurred_at,
        loaded_at
    from contacts
    union all
    select
        contact_id,
        'contact_deleted',
        deleted_at,
        loaded_at
    from contacts
    where deleted_at is not null

),

contacts_changed as (

    select
        event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'contact:' || contact_id as party_key,
        'crm' as source_system,
        'contacts' as source_table,
        contact_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        occurred_at,
        loaded_at
    from contact_moments

),

person_events_mapped as (

    select * from leads_created
    union all
    select * from leads_disqualified
    union all
    select * from contacts_changed

)

select * from person_events_mapped
