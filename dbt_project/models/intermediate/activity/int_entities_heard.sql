-- What an entity has heard, as one number: the sum of the hashes of its events, in whatever order they came. While it
-- is the same, what is worked out from these events alone is the same, too. A customer hears every event of its own,
-- also those about its deals; a visitor of whom nobody knows who it is, its visits; a deal, ticket, contract, partner
-- or member of staff what is told about itself.
-- One row per entity type and entity id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

events_hashed as (

    select
        entity_type,
        entity_id,
        customer_id,
        unknown_party_key,
        {{ row_hash('customer_events') }} as event_hash
    from customer_events

),

entities_heard as (

    select
        'customer' as entity_type,
        customer_id as entity_id,
        customer_id,
        cast(sum(event_hash) as decimal(38, 0)) as events_hash
    from events_hashed
    where customer_id is not null
    group by customer_id
    union all
    select
        'visitor',
        unknown_party_key,
        cast(null as string),
        cast(sum(event_hash) as decimal(38, 0))
    from events_hashed
    where customer_id is null and unknown_party_key is not null
    group by unknown_party_key
    union all
    select
        entity_type,
        entity_id,
        min(customer_id),
        cast(sum(event_hash) as decimal(38, 0))
    from events_hashed
    where entity_type != 'customer' and entity_id is not null
    group by entity_type, entity_id

)

select * from entities_heard
