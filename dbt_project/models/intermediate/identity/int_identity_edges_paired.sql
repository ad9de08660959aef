-- Which two records belong together: by a value, by the ids of other systems, by the firm that buys.
-- A party stands beside itself once, so that one without any tie is a customer too.
-- One row per tie.
with

parties_unioned as (

    select * from {{ ref('int_parties_unioned') }}

),

party_values_guarded as (

    select * from {{ ref('int_party_values_guarded') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

firms as (

    select account_id from accounts
    where is_b2b

),

record_ties as (

    select
        'lead:' || lead_id as left_node,
        'contact:' || converted_contact_id as right_node
    from leads
    union all
    select
        'contact:' || contact_id,
        'contact:' || merged_into
    from contacts
    union all
    select
        'lead:' || lead_id,
        'account:' || account_id
    from leads
    where account_id in (select firms.account_id from firms)
    union all
    select
        'contact:' || contact_id,
        'account:' || account_id
    from contacts
    where account_id in (select firms.account_id from firms)

),

identity_edges_paired as (

    select
        party_key as left_node,
        party_key as right_node
    from parties_unioned
    union all
    select
        party_key,
        value_key
    from party_values_guarded
    union all
    select
        record_ties.left_node,
        record_ties.right_node
    from record_ties
    inner join parties_unioned as lefts
        on record_ties.left_node = lefts.party_key
    inner join parties_unioned as rights
        on record_ties.right_node = rights.party_key

)

select * from identity_edges_paired
