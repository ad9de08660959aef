-- Every record of a source that stands for a person or a firm; firms only where the firm itself buys.
-- One row per party key.
with

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

buyers_seen as (

    select customer_id, ordered_at as seen_at from orders
    union all
    select customer_id, refunded_at from refunds
    union all
    select customer_id, created_at from tickets
    union all
    select customer_id, occurred_at from usage_events

),

parties_unioned as (

    select 'lead:' || lead_id as party_key, 'lead' as party_type, created_at from leads
    union all
    select 'contact:' || contact_id, 'contact', created_at from contacts
    union all
    select 'account:' || account_id, 'account', created_at from accounts where is_b2b
    union all
    select 'buyer:' || customer_id, 'buyer', min(seen_at) from buyers_seen
    where customer_id is not null
    group by customer_id

)

select * from parties_unioned
