-- E-mail addresses, phone numbers and visitor ids that name one party, so that they may join records.
-- A value held by more parties than the limit is a shared mailbox or a default number: left out.
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

thresholds as (

    select * from {{ ref('thresholds') }}

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
    from orders
    where not coalesce(is_test, false)
    union
    select
        party_key,
        'phone:' || phone_hash
    from orders
    where not coalesce(is_test, false)
    union
    select
        coalesce('contact:' || contact_id, 'lead:' || lead_id),
        'visitor:' || visitor_id
    from sessions

),

values_counted as (

    select
        value_key,
        count(distinct party_key) as parties_count
    from party_values
    where party_key is not null and value_key is not null
    group by value_key

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
    where party_values.party_key is not null

)

select * from party_values_guarded
