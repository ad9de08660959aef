-- Why a stage was restated: records were joined to another customer, an event came late, or else a rule changed.
-- A customer's id is made of its oldest record, so the id of one that is no more leads to whoever has the record.
-- One row per lifecycle id, entity id and month.
with

entity_stages_restated as (

    select * from {{ ref('int_entity_stages_restated') }}

),

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

restated as (

    select
        entity_stages_restated.*,
        lifecycles.entity_type
    from entity_stages_restated
    inner join lifecycles
        on entity_stages_restated.lifecycle_id = lifecycles.lifecycle_id

),

customers_gone as (

    select distinct restated.entity_id
    from restated
    left join identity_map
        on restated.entity_id = identity_map.customer_id
    where restated.entity_type = 'customer' and identity_map.customer_id is null

),

customers_merged as (

    select entity_id from customers_gone
    union
    select identity_map.customer_id
    from identity_map
    inner join customers_gone
        on {{ surrogate_key(['identity_map.party_key']) }} = customers_gone.entity_id

),

late_data as (

    select distinct
        restated.lifecycle_id,
        restated.entity_id,
        restated.month_start_date
    from restated
    inner join customer_events as events
        on
            restated.entity_id = case
                when restated.entity_type = 'customer' then events.customer_id else events.entity_id
            end
            and restated.ended_at > events.occurred_at
            and restated.published_known_at < events.loaded_at
    where restated.entity_type = 'customer' or restated.entity_type = events.entity_type

),

restatements_explained as (

    select
        restated.lifecycle_id,
        restated.entity_id,
        restated.month_start_date,
        restated.published_stage,
        restated.present_stage,
        case
            when customers_merged.entity_id is not null and restated.entity_type = 'customer' then 'merge'
            when late_data.entity_id is not null then 'late_data'
            else 'rule_change'
        end as cause
    from restated
    left join customers_merged
        on restated.entity_id = customers_merged.entity_id
    left join late_data
        on
            restated.lifecycle_id = late_data.lifecycle_id
            and restated.entity_id = late_data.entity_id
            and restated.month_start_date = late_data.month_start_date

)

select * from restatements_explained
