-- Who lives which lifecycle: a life is an entity in one lifecycle, and the engine knows it by a number, which costs
-- less to sort and join than two texts. A customer hears every event of its own; a deal, ticket, contract, partner or
-- member of staff those about itself.
-- One row per life number.
with

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

entities as (

    select distinct
        'customer' as entity_type,
        customer_id as entity_id,
        customer_id
    from customer_events
    where customer_id is not null
    union all
    select
        entity_type,
        entity_id,
        min(customer_id)
    from customer_events
    where entity_type != 'customer' and entity_id is not null
    group by entity_type, entity_id

),

stage_lives_numbered as (

    select
        row_number() over (order by lifecycles.lifecycle_id, entities.entity_id) as life_number,
        lifecycles.lifecycle_id,
        lifecycles.entity_type,
        entities.entity_id,
        entities.customer_id
    from lifecycles
    inner join entities
        on lifecycles.entity_type = entities.entity_type

)

select * from stage_lives_numbered
