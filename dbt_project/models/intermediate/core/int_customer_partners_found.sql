-- Through which partner a customer buys: what the oldest of its accounts says that names one. A customer's accounts are
-- the firm that it is, and those of its contacts and leads.
-- One row per customer id.
with

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

parties_with_account as (

    select
        'account:' || account_id as party_key,
        account_id
    from accounts
    union all
    select
        'contact:' || contact_id,
        account_id
    from contacts
    union all
    select
        'lead:' || lead_id,
        account_id
    from leads

),

partners_ranked as (

    select
        identity_map.customer_id,
        accounts.via_partner_id,
        row_number() over (
            partition by identity_map.customer_id
            order by accounts.created_at nulls last, accounts.account_id
        ) as account_rank
    from parties_with_account
    inner join identity_map
        on parties_with_account.party_key = identity_map.party_key
    inner join accounts
        on parties_with_account.account_id = accounts.account_id
    inner join build_clocks_resolved
        on coalesce(accounts.created_at, build_clocks_resolved.as_of) <= build_clocks_resolved.as_of
    where accounts.via_partner_id is not null

),

customer_partners_found as (

    select
        customer_id,
        via_partner_id
    from partners_ranked
    where account_rank = 1

)

select * from customer_partners_found
