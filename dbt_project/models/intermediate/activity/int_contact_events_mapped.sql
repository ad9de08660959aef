{{ config(materialized='view') }} {# written down once, where all are united #}
-- What the staff did with a person, as events: trial lessons, calls, visits, mails, meetings.
-- One row per event.
with

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

activities_done as (

    select
        case
            when type in ('trial_booked', 'trial_attended', 'trial_missed') then type
            else 'customer_contacted'
        end as event_type,
        'customer' as entity_type,
        cast(null as string) as entity_id,
        coalesce('contact:' || contact_id, 'lead:' || lead_id) as party_key,
        'crm' as source_system,
        'activities' as source_table,
        activity_id as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        channel as channel,
        campaign_id as campaign_id,
        cast(null as string) as order_id,
        owner_id as owner_id,
        function_code as function_code,
        direction as direction,
        cast(null as string) as stated_value,
        outcome as detail,
        occurred_at as occurred_at,
        loaded_at
    from activities

),

contact_events_mapped as (

    select * from activities_done

)

select * from contact_events_mapped
