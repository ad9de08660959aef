{{ config(materialized='view') }} {# written down once, where all are united #}
-- The life of sales opportunities, as events: opened, qualified (value and day to close are known), engaged, won, lost.
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

deal_moments as (

    select
        deal_id,
        'deal_opened' as event_type,
        coalesce(created_at, engaged_at) as occurred_at
    from deals_with_party
    union all
    select
        deal_id,
        'deal_qualified',
        coalesce(created_at, engaged_at)
    from deals_with_party
    where amount > 0 and expected_close_date is not null
    union all
    select
        deal_id,
        'deal_engaged',
        engaged_at
    from deals_with_party
    union all
    select
        deal_id,
        'deal_won',
        closed_at
    from deals_with_party
    where is_won
    union all
    select
        deal_id,
        'deal_lost',
        closed_at
    from deals_with_party
    where not is_won

),

deal_events_mapped as (

    select
        deal_moments.event_type,
        'deal' as entity_type,
        deals_with_party.deal_id as entity_id,
        deals_with_party.party_key,
        'crm' as source_system,
        'deals' as source_table,
        deals_with_party.deal_id as source_record_id,
        deals_with_party.amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        deals_with_party.owner_id as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        cast(null as string) as stated_value,
        case when deal_moments.event_type = 'deal_lost' then deals_with_party.lost_reason end as detail,
        deal_moments.occurred_at,
        deals_with_party.loaded_at
    from deal_moments
    inner join deals_with_party
        on deal_moments.deal_id = deals_with_party.deal_id
    where deal_moments.occurred_at is not null

)

select * from deal_events_mapped
