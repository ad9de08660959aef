-- What sources themselves state about the life of a deal, contract, partner, member of staff or ticket, in one shape.
-- Their words are trimmed and in lower case.
-- One row per entity type, entity id, instant and statement as the source wrote it.
with

deal_history as (

    select * from {{ ref('stg_crm__deal_history') }}

),

contract_history as (

    select * from {{ ref('stg_crm__contract_history') }}

),

partner_history as (

    select * from {{ ref('stg_partners__partner_history') }}

),

staff_events as (

    select * from {{ ref('stg_staff__staff_events') }}

),

ticket_events as (

    select * from {{ ref('stg_support__ticket_events') }}

),

statements as (

    select
        'deal_stage_stated' as event_type,
        'deal' as entity_type,
        object_id as entity_id,
        'crm' as source_system,
        'deal_history' as source_table,
        old_value as previous_value,
        new_value as stated_value,
        source_row,
        changed_at as occurred_at,
        loaded_at
    from deal_history
    where field = 'stage'
    union all
    select
        'contract_status_stated',
        'contract',
        object_id,
        'crm',
        'contract_history',
        old_value,
        new_value,
        source_row,
        changed_at,
        loaded_at
    from contract_history
    where field = 'status'
    union all
    select
        'partner_status_stated',
        'partner',
        object_id,
        'partners',
        'partner_history',
        old_value,
        new_value,
        source_row,
        changed_at,
        loaded_at
    from partner_history
    where field = 'status'
    union all
    select
        'staff_event_recorded',
        'staff',
        user_id,
        'staff',
        'staff_events',
        cast(null as string),
        type,
        source_row,
        occurred_at,
        loaded_at
    from staff_events
    union all
    select
        'ticket_status_stated',
        'ticket',
        ticket_id,
        'support',
        'ticket_events',
        from_status,
        to_status,
        source_row,
        occurred_at,
        loaded_at
    from ticket_events

),

statements_unioned as (

    select
        event_type,
        entity_type,
        entity_id,
        source_system,
        source_table,
        lower(trim(previous_value)) as previous_value,
        lower(trim(stated_value)) as stated_value,
        source_row,
        occurred_at,
        loaded_at
    from statements

)

select * from statements_unioned
