-- Whether a customer had permitted our contact through its channel at its instant, by what was said until then.
-- One row per event id of an outbound contact of a customer with any word on its channel, or on all channels.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

consents as (

    select * from {{ ref('stg_marketing__consents') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

customer_consents as (

    select
        identity_map.customer_id,
        consents.contact_id,
        consents.channel,
        consents.is_granted,
        consents.valid_from_at,
        consents.valid_to_at
    from consents
    inner join identity_map
        on 'contact:' || consents.contact_id = identity_map.party_key

),

{# Each contact's last word on the channel and on all of them until then; one that said no is enough. #}
consents_ranked as (

    select
        customer_events.event_id,
        customer_consents.is_granted
        and coalesce(customer_consents.valid_to_at > customer_events.occurred_at, true) as is_granted,
        row_number() over (
            partition by customer_events.event_id, customer_consents.contact_id, customer_consents.channel
            order by customer_consents.valid_from_at desc
        ) as consent_rank
    from customer_events
    inner join customer_consents
        on
            customer_events.customer_id = customer_consents.customer_id
            and customer_events.occurred_at >= customer_consents.valid_from_at
            and customer_consents.channel in ('all', customer_events.channel)
    where customer_events.direction = 'outbound'

),

contact_consents_found as (

    select
        event_id,
        min(case when is_granted then 1 else 0 end) = 1 as is_granted
    from consents_ranked
    where consent_rank = 1
    group by event_id

)

select * from contact_consents_found
