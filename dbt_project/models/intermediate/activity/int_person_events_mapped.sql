{{ config(materialized='view') }} {# written down once, where all are united #}
-- How a person came to be known, as events: written down, accepted by sales, qualified, given up, identified, deleted.
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
        cast(null as string) as order_id,
        owner_id as owner_id,
        cast(null as string) as function_code,
        motion as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        created_at as occurred_at,
        loaded_at
    from leads

),

lead_statuses as (

    select
        lead_history.*,
        case lead_history.new_value
            when 'working' then 'lead_accepted'
            when 'qualified' then 'lead_qualified'
            when 'disqualified' then 'lead_disqualified'
        end as event_type,
        case when lead_history.new_value = 'disqualified' then leads.lost_reason end as detail
    from lead_history
    left join leads
        on lead_history.object_id = leads.lead_id
    where lead_history.field = 'status' and lead_history.new_value in ('working', 'qualified', 'disqualified')

),

leads_judged as (

    select
        event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        'lead:' || object_id as party_key,
        'crm' as source_system,
        'lead_history' as source_table,
        object_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        changed_by as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        detail,
        changed_at as occurred_at,
        loaded_at
    from lead_statuses

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
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        cast(null as string) as detail,
        occurred_at,
        loaded_at
    from contact_moments

),

person_events_mapped as (

    select * from leads_created
    union all
    select * from leads_judged
    union all
    select * from contacts_changed

)

select * from person_events_mapped
