-- E-mail addresses, phone numbers, visitor ids and ids of the order system that name one party, so that they
-- may join records. A value held by more parties than the limit is a shared mailbox or a default: left out. So
-- are the addresses of a party that carries more of them than the limit, such as a buyer `0` of all guests.
-- One row per party key and value.
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

parties_unioned as (

    select * from {{ ref('int_parties_unioned') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

orders_made as (

    select orders.*
    from orders
    inner join build_clocks_resolved
        on orders.ordered_at <= build_clocks_resolved.as_of
    where not coalesce(orders.is_test, false)

),

party_values as (

    select
        'lead:' || lead_id as party_key,
        'email:' || email_hash as value_key
    from leads
    union
    select
        'lead:' || lead_id,
        'phone:' || phone_hash
    from leads
    union
    select
        'contact:' || contact_id,
        'email:' || email_hash
    from contacts
    union
    select
        'contact:' || contact_id,
        'phone:' || phone_hash
    from contacts
    union
    select
        party_key,
        'email:' || email_hash
    from orders_made
    union
    select
        party_key,
        'phone:' || phone_hash
    from orders_made
    union
    select
        coalesce('contact:' || sessions.contact_id, 'lead:' || sessions.lead_id),
        'visitor:' || sessions.visitor_id
    from sessions
    inner join build_clocks_resolved
        on sessions.started_at <= build_clocks_resolved.as_of
    union
    select
        'lead:' || lead_id,
        'buyer:' || person_key
    from leads
    union
    select
        'contact:' || contact_id,
        'buyer:' || person_key
    from contacts

),

values_counted as (

    select
        party_values.value_key,
        count(distinct party_values.party_key) as parties_count
    from party_values
    inner join parties_unioned
        on party_values.party_key = parties_unioned.party_key
    where party_values.value_key is not null
    group by party_values.value_key

),

crowded_parties as (

    select party_values.party_key
    from party_values
    inner join thresholds
        on thresholds.threshold_id = 'identity_shared_value_limit'
    where party_values.value_key like 'email:%' or party_values.value_key like 'phone:%'
    group by party_values.party_key
    having count(*) > max(thresholds.threshold_value)

),

party_values_guarded as (

    select
        party_values.party_key,
        party_values.value_key
    from party_values
    inner join values_counted
        on party_values.value_key = values_counted.value_key
    inner join thresholds
        on
            thresholds.threshold_id = 'identity_shared_value_limit'
            and values_counted.parties_count <= thresholds.threshold_value
    inner join parties_unioned
        on party_values.party_key = parties_unioned.party_key
    left join crowded_parties
        on party_values.party_key = crowded_parties.party_key
    where crowded_parties.party_key is null

)

select * from party_values_guarded
