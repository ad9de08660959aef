-- Until when a value of a customer is known to be true, and whether it is known to be wrong. Once it was found wrong
-- only its use makes it true again; if it is merely stated again, neither is known. What happened to a record before it
-- held the value tells nothing of it.
-- One row per customer id, customer field and value key.
with

contact_records_found as (

    select * from {{ ref('int_contact_records_found') }}

),

person_profiles_found as (

    select * from {{ ref('int_person_profiles_found') }}

),

firm_profiles_found as (

    select * from {{ ref('int_firm_profiles_found') }}

),

field_evidence_found as (

    select * from {{ ref('int_field_evidence_found') }}

),

values_held as (

    select
        customer_id,
        customer_field,
        value_key,
        is_valid
    from contact_records_found
    union all
    select
        customer_id,
        customer_field,
        value_key,
        is_valid
    from person_profiles_found
    union all
    select
        customer_id,
        customer_field,
        value_key,
        is_valid
    from firm_profiles_found

),

values_grouped as (

    select
        customer_id,
        customer_field,
        value_key,
        max(case when is_valid then 1 when not is_valid then 0 end) = 1 as is_valid
    from values_held
    where value_key is not null
    group by customer_id, customer_field, value_key

),

values_of_parties as (

    select distinct
        customer_id,
        customer_field,
        party_key,
        value_key,
        changed_at
    from contact_records_found
    where value_key is not null

),

evidence_on_values as (

    select
        customer_id,
        customer_field,
        value_key,
        verdict,
        occurred_at
    from field_evidence_found
    where value_key is not null
    union all
    select
        held.customer_id,
        held.customer_field,
        held.value_key,
        evidence.verdict,
        evidence.occurred_at
    from values_of_parties as held
    inner join field_evidence_found as evidence
        on
            held.party_key = evidence.party_key
            and held.customer_field = evidence.customer_field
    where
        evidence.value_key is null
        and (held.changed_at is null or evidence.occurred_at >= held.changed_at)

),

evidence_summed as (

    select
        customer_id,
        customer_field,
        value_key,
        max(case when verdict = 'confirms' then occurred_at end) as confirmed_at,
        max(case when verdict in ('confirms', 'states') then occurred_at end) as affirmed_at,
        max(case when verdict = 'refutes' then occurred_at end) as refuted_at
    from evidence_on_values
    group by customer_id, customer_field, value_key

),

field_values_verified as (

    select
        held.customer_id,
        held.value_key,
        held.customer_field,
        held.is_valid,
        coalesce(evidence.refuted_at > evidence.affirmed_at, evidence.refuted_at is not null) as is_refuted,
        case
            when evidence.refuted_at is null or evidence.confirmed_at >= evidence.refuted_at then evidence.affirmed_at
        end as last_verified_at
    from values_grouped as held
    left join evidence_summed as evidence
        on
            held.customer_id = evidence.customer_id
            and held.customer_field = evidence.customer_field
            and held.value_key = evidence.value_key

)

select * from field_values_verified
