-- How many e-mail addresses and phone numbers are known of a customer of whom a lead or contact exists.
-- A customer known to the order system alone has no row: what it knows is not ours to judge.
-- One row per customer id.
with

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

known_customers as (

    select distinct customer_id
    from identity_map
    where party_key like 'lead:%' or party_key like 'contact:%'

),

contact_points as (

    select
        customer_id,
        party_key
    from identity_map
    where party_key like 'email:%' or party_key like 'phone:%'

),

customer_contact_points_counted as (

    select
        known_customers.customer_id,
        count(contact_points.party_key) as contact_points_count,
        count(case when contact_points.party_key like 'email:%' then 1 end) as emails_count,
        count(case when contact_points.party_key like 'phone:%' then 1 end) as phones_count
    from known_customers
    left join contact_points
        on known_customers.customer_id = contact_points.customer_id
    group by known_customers.customer_id

)

select * from customer_contact_points_counted
