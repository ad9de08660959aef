{{ config(materialized='view') }} {# written down once, where all are united #}
-- What sources themselves state about an entity, as events; sorted by record id, an entity's are in their order.
-- Deals, contracts and tickets may have a customer; partners and staff are none.
-- One row per event.
with

statements_ordered as (

    select * from {{ ref('int_statements_ordered') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

contracts as (

    select * from {{ ref('stg_crm__contracts') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

agreements as (

    select
        'deal' as entity_type,
        deal_id as entity_id,
        account_id,
        contact_id,
        lead_id
    from deals
    union all
    select
        'contract',
        contract_id,
        account_id,
        contact_id,
        cast(null as string)
    from contracts

),

entity_parties as (

    select
        agreements.entity_type,
        agreements.entity_id,
        coalesce(
            case when accounts.is_b2b then 'account:' || agreements.account_id end,
            'contact:' || agreements.contact_id,
            'lead:' || agreements.lead_id
        ) as party_key
    from agreements
    left join accounts
        on agreements.account_id = accounts.account_id
    union all
    select
        'ticket',
        ticket_id,
        coalesce('contact:' || contact_id, 'buyer:' || customer_id, 'email:' || requester_email_hash)
    from tickets

),

statement_events_mapped as (

    select
        statements_ordered.event_type,
        statements_ordered.entity_type,
        statements_ordered.entity_id,
        entity_parties.party_key,
        statements_ordered.source_system,
        statements_ordered.source_table,
        statements_ordered.entity_id
        || '#' || cast(statements_ordered.occurred_at as string)
        || '#' || right('00' || cast(statements_ordered.number_at_instant as string), 3) as source_record_id,
        cast(null as decimal(18, 4)) as amount,
        cast(null as string) as channel,
        cast(null as string) as campaign_id,
        cast(null as string) as order_id,
        cast(null as string) as owner_id,
        cast(null as string) as function_code,
        cast(null as string) as direction,
        statements_ordered.stated_value,
        cast(null as string) as detail,
        statements_ordered.occurred_at,
        statements_ordered.loaded_at
    from statements_ordered
    left join entity_parties
        on
            statements_ordered.entity_type = entity_parties.entity_type
            and statements_ordered.entity_id = entity_parties.entity_id

)

select * from statement_events_mapped
