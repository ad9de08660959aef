-- From when until when each contract was in force, of whom; whatever it is worth, and without an end where none is
-- stated.
-- One row per contract id.
with

contracts as (

    select * from {{ ref('stg_crm__contracts') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

contracts_with_party as (

    select
        contracts.contract_id,
        contracts.started_date,
        coalesce(contracts.ended_date, cast('9999-12-31' as date)) as ended_date,
        coalesce(
            case when accounts.is_b2b then 'account:' || contracts.account_id end,
            'contact:' || contracts.contact_id
        ) as party_key
    from contracts
    left join accounts
        on contracts.account_id = accounts.account_id

),

contracts_dated as (

    select
        contracts.contract_id,
        identity_map.customer_id,
        contracts.started_date,
        contracts.ended_date
    from contracts_with_party as contracts
    inner join identity_map
        on contracts.party_key = identity_map.party_key
    inner join build_clocks_resolved
        on contracts.started_date <= build_clocks_resolved.as_of
    where contracts.ended_date >= contracts.started_date

)

select * from contracts_dated
