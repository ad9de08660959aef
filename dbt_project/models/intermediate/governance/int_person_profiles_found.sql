-- What the CRM says of a person beside e-mail address and phone number, field by field, and whether it is plausible:
-- the newest contact speaks, of the name every lead and contact. A value is kept only of the country.
-- One row per customer id and customer field for which a record of the person has a place.
with

customer_attributes_joined as (

    select * from {{ ref('int_customer_attributes_joined') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

customer_fields as (

    select * from {{ ref('customer_fields') }}

),

persons as (

    select * from customer_attributes_joined
    where not is_b2b

),

name_records as (

    select
        'lead:' || lead_id as party_key,
        has_name,
        has_plausible_name
    from leads
    union all
    select
        'contact:' || contact_id,
        has_name,
        has_plausible_name
    from contacts

),

names as (

    select
        persons.customer_id,
        max(case when name_records.has_name then 1 else 0 end) = 1 as is_filled,
        max(case when name_records.has_plausible_name then 1 else 0 end) = 1 as is_valid
    from name_records
    inner join identity_map
        on name_records.party_key = identity_map.party_key
    inner join persons
        on identity_map.customer_id = persons.customer_id
    group by persons.customer_id

),

texts as (

    {% for field in ['country', 'city', 'gender', 'occupation', 'income_band'] -%}
        select
            customer_id,
            '{{ field }}' as customer_field,
            nullif(trim({{ field }}), '') as field_value
        from persons
        where contact_id is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

person_profiles_found as (

    select
        texts.customer_id,
        case when texts.customer_field = 'country' then 'country:' || texts.field_value end as value_key,
        texts.customer_field,
        texts.field_value is not null as is_filled,
        {{ is_listed('texts.field_value', 'customer_fields.accepted_values') }} as is_valid
    from texts
    inner join customer_fields
        on texts.customer_field = customer_fields.customer_field
    union all
    select
        customer_id,
        null,
        'birth_year',
        has_birth_year,
        case when has_birth_year then has_plausible_birth_year end
    from persons
    where contact_id is not null
    union all
    select
        customer_id,
        null,
        'name',
        is_filled,
        case when is_filled then is_valid end
    from names

)

select * from person_profiles_found
