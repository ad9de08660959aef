-- Whether a customer has withdrawn consent, by what its contacts said last before as_of.
-- A customer of whom no consent was ever recorded has no row.
-- One row per customer id.
with

consents as (

    select * from {{ ref('stg_marketing__consents') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

consents_in_force as (

    select
        identity_map.customer_id,
        consents.is_granted
    from consents
    inner join identity_map
        on 'contact:' || consents.contact_id = identity_map.party_key
    inner join build_clocks_resolved
        on
            consents.valid_from_at <= build_clocks_resolved.as_of
            and (consents.valid_to_at is null or consents.valid_to_at > build_clocks_resolved.as_of)

),

customer_consents_resolved as (

    select
        customer_id,
        max(case when is_granted then 0 else 1 end) as has_withdrawn_consent
    from consents_in_force
    group by customer_id

)

select * from customer_consents_resolved
