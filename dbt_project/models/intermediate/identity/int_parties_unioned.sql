-- Every record of a source that stands for a person or a firm; firms only where the firm itself buys.
-- A guest is known by the e-mail address left at checkout; a test order makes nobody known.
-- Who was first seen after as_of is not there yet.
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

subscriptions as (

    select * from {{ ref('stg_orders__subscriptions') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

buyers_seen as (

    select
        party_key,
        ordered_at as seen_at
    from orders
    where not coalesce(is_test, false)
    union all
    select
        'buyer:' || customer_id,
        refunded_at
    from refunds
    union all
    select
        party_key,
        started_at
    from subscriptions
    union all
    select
        'buyer:' || customer_id,
        created_at
    from tickets
    union all
    select
        'buyer:' || customer_id,
        occurred_at
    from usage_events

),

parties as (

    select
        'lead:' || lead_id as party_key,
        'lead' as party_type,
        created_at
    from leads
    union all
    select
        'contact:' || contact_id,
        'contact',
        created_at
    from contacts
    union all
    select
        'account:' || account_id,
        'account',
        created_at
    from accounts
    where is_b2b
    union all
    select
        party_key,
        case when party_key like 'guest:%' then 'guest' else 'buyer' end,
        min(seen_at)
    from buyers_seen
    where party_key is not null
    group by party_key

),

parties_unioned as (

    select parties.*
    from parties
    inner join build_clocks_resolved
        on coalesce(parties.created_at, build_clocks_resolved.as_of) <= build_clocks_resolved.as_of

)

select * from parties_unioned
