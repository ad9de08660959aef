-- The instants at which an event came that rules listen to; several events of one instant are one, with the first
-- record as evidence. What a source states counts each by itself, in the order of its records.
-- A customer hears every event of its own; a deal, ticket, contract, partner or member of staff those about itself.
-- One row per lifecycle id, hearing number, entity id, instant and statement number.
with

stage_hearings_compiled as (

    select * from {{ ref('int_stage_hearings_compiled') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

hearings as (

    select distinct
        stage_hearings_compiled.lifecycle_id,
        stage_hearings_compiled.hearing_number,
        stage_hearings_compiled.entity_type,
        stage_hearings_compiled.is_stated,
        stage_hearings_compiled.stated_values,
        stage_hearings_compiled.min_amount,
        stage_hearings_compiled.max_amount,
        event_types.event_type
    from stage_hearings_compiled
    inner join event_types
        on '|' || stage_hearings_compiled.event_types || '|' like '%|' || event_types.event_type || '|%'

),

entity_events as (

    select
        customer_events.*,
        'customer' as lived_by,
        customer_events.customer_id as lived_by_id
    from customer_events
    where customer_events.customer_id is not null
    union all
    select
        customer_events.*,
        customer_events.entity_type as lived_by,
        customer_events.entity_id as lived_by_id
    from customer_events
    where customer_events.entity_type != 'customer' and customer_events.entity_id is not null

),

matches as (

    select
        hearings.lifecycle_id,
        hearings.hearing_number,
        hearings.is_stated,
        events.lived_by_id as entity_id,
        events.customer_id,
        events.occurred_at,
        events.source_table,
        events.source_record_id,
        events.event_id,
        events.source_record_id || '|' || events.source_table as record_key,
        events.amount,
        events.loaded_at
    from hearings
    inner join entity_events as events
        on
            hearings.entity_type = events.lived_by
            and hearings.event_type = events.event_type
    where
        (hearings.min_amount is null or events.amount >= hearings.min_amount)
        and (hearings.max_amount is null or events.amount <= hearings.max_amount)
        and (
            hearings.stated_values is null
            or '|' || hearings.stated_values || '|' like '%|' || events.stated_value || '|%'
        )

),

matches_numbered as (

    select
        *,
        0 as statement_number
    from matches
    where not is_stated
    union all
    select
        *,
        dense_rank() over (
            partition by lifecycle_id, entity_id, occurred_at
            order by source_record_id, event_id
        ) as statement_number
    from matches
    where is_stated

),

stage_events_heard as (

    select
        lifecycle_id,
        hearing_number,
        entity_id,
        occurred_at,
        statement_number,
        min(customer_id) as customer_id,
        min_by(source_table, record_key) as source_table,
        min_by(source_record_id, record_key) as source_record_id,
        count(*) as instant_events_count,
        sum(amount) as instant_amount,
        min(loaded_at) as loaded_at
    from matches_numbered
    group by lifecycle_id, hearing_number, entity_id, occurred_at, statement_number

)

select * from stage_events_heard
