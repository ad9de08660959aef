-- What tells that a contact did harm: complaints, and permissions withdrawn.
-- One row per customer id, harm type, and record.
with

grievances_found as (

    select * from {{ ref('int_grievances_found') }}

),

consents as (

    select * from {{ ref('stg_marketing__consents') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

customer_harms_found as (

    select
        customer_id,
        'complaint' as harm_type,
        source_table || ':' || source_record_id as record_key,
        occurred_at
    from grievances_found
    where grievance_type in ('negative_ticket', 'detractor_answer', 'negative_review')
    union all
    select
        identity_map.customer_id,
        'opt_out',
        'consents:' || consents.contact_id || ':' || consents.channel,
        consents.valid_from_at
    from consents
    inner join identity_map
        on 'contact:' || consents.contact_id = identity_map.party_key
    where not consents.is_granted

)

select * from customer_harms_found
