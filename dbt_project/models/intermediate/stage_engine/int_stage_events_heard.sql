-- The instants at which an event came that rules listen to; several events of one instant are one, with the first
-- record as evidence. What a source states counts each by itself, in the order of its records.
-- A customer hears every event of its own, also those about its deals; everyone else those about itself.
-- One row per life number, hearing number, instant and stated record id (empty where nothing is stated).
with

stage_hearings_compiled as (

    select * from {{ ref('int_stage_hearings_compiled') }}

),

stage_lives_numbered as (

    select * from {{ ref('int_stage_lives_numbered') }}

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
        on {{ is_listed('event_types.event_type', 'stage_hearings_compiled.event_types') }}

),

matches as (

    select
        lives.life_number,
        lives.lifecycle_id,
        hearings.hearing_number,
        events.occurred_at,
        case when hearings.is_stated then events.source_record_id else '' end as stated_record_id,
        events.source_table,
        events.source_record_id,
        events.source_record_id || '|' || events.source_table as record_key,
        events.amount,
        events.loaded_at
    from hearings
    inner join customer_events as events
        on hearings.event_type = events.event_type
    {# One key of two texts: joined by the lifecycle alone, hearings would meet every life before they met an event. #}
    inner join stage_lives_numbered as lives
        on
            hearings.lifecycle_id || '|' || case
                when hearings.entity_type = 'customer' then events.customer_id else events.entity_id
            end = lives.lifecycle_id || '|' || lives.entity_id
    where
        (hearings.entity_type = 'customer' or hearings.entity_type = events.entity_type)
        and (hearings.min_amount is null or events.amount >= hearings.min_amount)
        and (hearings.max_amount is null or events.amount <= hearings.max_amount)
        and (
            hearings.stated_values is null
            or {{ is_listed('events.stated_value', 'hearings.stated_values') }}
        )

),

stage_events_heard as (

    select
        life_number,
        lifecycle_id,
        hearing_number,
        occurred_at,
        stated_record_id,
        min_by(source_table, record_key) as source_table,
        min_by(source_record_id, record_key) as source_record_id,
        count(*) as instant_events_count,
        sum(amount) as instant_amount,
        min(loaded_at) as loaded_at
    from matches
    group by life_number, lifecycle_id, hearing_number, occurred_at, stated_record_id

)

select * from stage_events_heard
