-- Contracts with an end that have begun by as_of, with their customer, and what they are worth a day in the reporting
-- currency; both their first and their last day are in force.
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

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

contracts_with_party as (

    select
        contracts.*,
        coalesce(
            case when accounts.is_b2b then 'account:' || contracts.account_id end,
            'contact:' || contracts.contact_id
        ) as party_key
    from contracts
    left join accounts
        on contracts.account_id = accounts.account_id

),

contracts_valued as (

    select
        contracts.contract_id,
        identity_map.customer_id,
        contracts.is_renewed_automatically,
        contracts.started_date,
        contracts.ended_date,
        {{ dbt.datediff(
            'contracts.started_date', 'contracts.ended_date', 'day'
        ) }} + 1 as days_count,
        {{ in_reporting_currency('contracts.value', 'rates.reporting_rate') }} as contract_amount
    from contracts_with_party as contracts
    inner join identity_map
        on contracts.party_key = identity_map.party_key
    inner join reporting_rates_resolved as rates
        on coalesce(contracts.currency, 'unknown') = rates.currency
    inner join build_clocks_resolved
        on contracts.started_date <= build_clocks_resolved.as_of
    where contracts.ended_date >= contracts.started_date and contracts.value is not null

)

select * from contracts_valued
