-- What the records of a customer say of it: the newest contact speaks for a person, the account for a firm;
-- of a firm nothing personal is said.
-- One row per customer id.
with

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

contacts_ranked as (

    select
        identity_map.customer_id,
        contacts.contact_id,
        contacts.country,
        contacts.city,
        contacts.gender,
        contacts.occupation,
        contacts.income_band,
        case
            when contacts.has_plausible_birth_year then contacts.birth_period_start_year
        end as birth_period_start_year,
        contacts.has_birth_year,
        contacts.has_plausible_birth_year,
        row_number() over (
            partition by identity_map.customer_id
            order by contacts.created_at desc nulls last, contacts.contact_id asc
        ) as contact_rank
    from identity_map
    inner join contacts
        on identity_map.party_key = 'contact:' || contacts.contact_id

),

firms as (

    select
        identity_map.customer_id,
        min(accounts.country) as country
    from identity_map
    inner join accounts
        on identity_map.party_key = 'account:' || accounts.account_id
    where accounts.is_b2b
    group by identity_map.customer_id

),

customer_ids as (

    select distinct customer_id from identity_map

),

customer_attributes_joined as (

    select
        customer_ids.customer_id,
        case when firms.customer_id is null then contacts_ranked.contact_id end as contact_id,
        coalesce(firms.country, contacts_ranked.country) as country,
        case when firms.customer_id is null then contacts_ranked.city end as city,
        case when firms.customer_id is null then contacts_ranked.gender end as gender,
        case when firms.customer_id is null then contacts_ranked.occupation end as occupation,
        case when firms.customer_id is null then contacts_ranked.income_band end as income_band,
        case when firms.customer_id is null then contacts_ranked.birth_period_start_year end as birth_period_start_year,
        firms.customer_id is not null as is_b2b,
        firms.customer_id is null and coalesce(contacts_ranked.has_birth_year, false) as has_birth_year,
        firms.customer_id is null
        and coalesce(contacts_ranked.has_plausible_birth_year, false) as has_plausible_birth_year
    from customer_ids
    left join contacts_ranked
        on
            customer_ids.customer_id = contacts_ranked.customer_id
            and contacts_ranked.contact_rank = 1
    left join firms
        on customer_ids.customer_id = firms.customer_id

)

select * from customer_attributes_joined
