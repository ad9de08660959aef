-- What each record says of whom it is: e-mail addresses, phone numbers, visitor ids and ids of the order system, and
-- the shop that says so. What a test order says is not believed.
-- One row per party key, value and shop.
with

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

sessions as (

    select * from {{ ref('stg_marketing__sessions') }}

),

source_relations_found as (

    select * from {{ ref('int_source_relations_found') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

orders_made as (

    select orders.*
    from orders
    inner join build_clocks_resolved
        on orders.ordered_at <= build_clocks_resolved.as_of
    where not coalesce(orders.is_test, false)

),

values_told as (

    select
        'lead:' || lead_id as party_key,
        'email:' || email_hash as value_key,
        loaded_at
    from leads
    union all
    select
        'lead:' || lead_id,
        'phone:' || phone_hash,
        loaded_at
    from leads
    union all
    select
        'contact:' || contact_id,
        'email:' || email_hash,
        loaded_at
    from contacts
    union all
    select
        'contact:' || contact_id,
        'phone:' || phone_hash,
        loaded_at
    from contacts
    union all
    select
        party_key,
        'email:' || email_hash,
        loaded_at
    from orders_made
    union all
    select
        party_key,
        'phone:' || phone_hash,
        loaded_at
    from orders_made
    union all
    select
        coalesce('contact:' || sessions.contact_id, 'lead:' || sessions.lead_id),
        'visitor:' || sessions.visitor_id,
        sessions.loaded_at
    from sessions
    inner join build_clocks_resolved
        on sessions.started_at <= build_clocks_resolved.as_of
    union all
    select
        'lead:' || lead_id,
        'buyer:' || person_key,
        loaded_at
    from leads
    union all
    select
        'contact:' || contact_id,
        'buyer:' || person_key,
        loaded_at
    from contacts

),

party_values_unioned as (

    select distinct
        values_told.party_key,
        values_told.value_key,
        source_relations_found.source_relation
    from values_told
    left join source_relations_found
        on values_told.loaded_at = source_relations_found.loaded_at
    where values_told.party_key is not null and values_told.value_key is not null

)

select * from party_values_unioned
