-- Every event of every source in one shape, before anyone asks whose it is or whether it is past as_of.
-- One row per event.
with

person_events_mapped as (

    select * from {{ ref('int_person_events_mapped') }}

),

contact_events_mapped as (

    select * from {{ ref('int_contact_events_mapped') }}

),

deal_events_mapped as (

    select * from {{ ref('int_deal_events_mapped') }}

),

order_events_mapped as (

    select * from {{ ref('int_order_events_mapped') }}

),

fulfilment_events_mapped as (

    select * from {{ ref('int_fulfilment_events_mapped') }}

),

support_events_mapped as (

    select * from {{ ref('int_support_events_mapped') }}

),

marketing_events_mapped as (

    select * from {{ ref('int_marketing_events_mapped') }}

),

usage_events_mapped as (

    select * from {{ ref('int_usage_events_mapped') }}

),

statement_events_mapped as (

    select * from {{ ref('int_statement_events_mapped') }}

),

events_unioned as (

    select * from person_events_mapped
    union all
    select * from contact_events_mapped
    union all
    select * from deal_events_mapped
    union all
    select * from order_events_mapped
    union all
    select * from fulfilment_events_mapped
    union all
    select * from support_events_mapped
    union all
    select * from marketing_events_mapped
    union all
    select * from usage_events_mapped
    union all
    select * from statement_events_mapped

)

select * from events_unioned
