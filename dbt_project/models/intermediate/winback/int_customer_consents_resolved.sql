-- Whether a customer may be contacted through a channel, by what its contacts said last before as_of:
-- one contact that withdrew is enough, and a permission that has run out is none. A customer of whom no
-- consent was ever recorded has no row.
-- One row per customer id and channel.
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

consents_ranked as (

    select
        identity_map.customer_id,
        consents.channel,
        consents.is_granted
        and coalesce(consents.valid_to_at > build_clocks_resolved.as_of, true) as is_granted,
        row_number() over (
            partition by consents.contact_id, consents.channel
            order by consents.valid_from_at desc
        ) as consent_rank
    from consents
    inner join identity_map
        on 'contact:' || consents.contact_id = identity_map.party_key
    inner join build_clocks_resolved
        on consents.valid_from_at <= build_clocks_resolved.as_of

),

customer_consents_resolved as (

    select
        customer_id,
        channel,
        min(case when is_granted then 1 else 0 end) = 1 as is_granted
    from consents_ranked
    where consent_rank = 1
    group by customer_id, channel

)

select * from customer_consents_resolved
