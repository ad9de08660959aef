-- The life of sales opportunities, as events: opened, engaged, won, lost.
-- One row per event.
with

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

deals_with_party as (

    select
        deals.*,
        coalesce(
            case when accounts.is_b2b then 'account:' || deals.account_id end,
            'contact:' || deals.contact_id,
            'lead:' || deals.lead_id
        ) as party_key
    from deals
    left join accounts
        on deals.account_id = accounts.account_id

),

deals_opened as (

    select
        'deal_opened' as event_type,
        'deal' as entity_type,
        deal_id as entity_id,
        party_key as party_key,
        'crm' as source_system,
        'deals' as source_table,
        deal_id as source_record_id,
        amount as amount,
        cast(null as varchar) as channel,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as function_code,
        cast(null as varchar) as direction,
        coalesce(created_at, engaged_at) as occurred_at,
        loaded_at
    from deals_with_party
    where coalesce(created_at, engaged_at) is not null

),

deals_engaged as (

    select
        'deal_engaged' as event_type,
        'deal' as entity_type,
        deal_id as entity_id,
        party_key as party_key,
        'crm' as source_system,
        'deals' as source_table,
        deal_id as source_record_id,
        amount as amount,
        cast(null as varchar) as channel,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as function_code,
        cast(null as varchar) as direction,
        engaged_at as occurred_at,
        loaded_at
    from deals_with_party
    where engaged_at is not null

),

deals_won as (

    select
        'deal_won' as event_type,
        'deal' as entity_type,
        deal_id as entity_id,
        party_key as party_key,
        'crm' as source_system,
        'deals' as source_table,
        deal_id as source_record_id,
        amount as amount,
        cast(null as varchar) as channel,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as function_code,
        cast(null as varchar) as direction,
        closed_at as occurred_at,
        loaded_at
    from deals_with_party
    where closed_at is not null and is_won

),

deals_lost as (

    select
        'deal_lost' as event_type,
        'deal' as entity_type,
        deal_id as entity_id,
        party_key as party_key,
        'crm' as source_system,
        'deals' as source_table,
        deal_id as source_record_id,
        amount as amount,
        cast(null as varchar) as channel,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as function_code,
        cast(null as varchar) as direction,
        closed_at as occurred_at,
        loaded_at
    from deals_with_party
    where closed_at is not null and not is_won

),

deal_events_mapped as (

    select * from deals_opened
    union all
    select * from deals_engaged
    union all
    select * from deals_won
    union all
    select * from deals_lost

)

select * from deal_events_mapped
