-- Every record with a place for an e-mail address or a phone number, whose it is, and whether it holds one that is well
-- formed and the customer's own: a value that too many parties hold is a shared mailbox or a default.
-- One row per record key and customer field.
with

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

party_values_guarded as (

    select * from {{ ref('int_party_values_guarded') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

records as (

    select
        'lead:' || lead_id as record_key,
        'lead:' || lead_id as party_key,
        email_hash,
        phone_hash,
        has_well_formed_email,
        has_well_formed_phone,
        email_changed_at,
        phone_changed_at
    from leads
    union all
    select
        'contact:' || contact_id,
        'contact:' || contact_id,
        email_hash,
        phone_hash,
        has_well_formed_email,
        has_well_formed_phone,
        email_changed_at,
        phone_changed_at
    from contacts
    union all
    select
        'order:' || orders.order_id,
        orders.party_key,
        orders.email_hash,
        orders.phone_hash,
        orders.has_well_formed_email,
        orders.has_well_formed_phone,
        cast(null as timestamp),
        cast(null as timestamp)
    from orders
    inner join build_clocks_resolved
        on orders.ordered_at <= build_clocks_resolved.as_of
    where not coalesce(orders.is_test, false)

),

records_by_field as (

    {% for field in ['email', 'phone'] -%}
        select
            record_key,
            party_key,
            '{{ field }}' as customer_field,
            '{{ field }}:' || {{ field }}_hash as value_key,
            has_well_formed_{{ field }} as is_well_formed,
            {{ field }}_changed_at as changed_at
        from records
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

contact_records_found as (

    select
        identity_map.customer_id,
        records.record_key,
        records.party_key,
        records.value_key,
        records.customer_field,
        case
            when records.value_key is not null then records.is_well_formed and own_values.value_key is not null
        end as is_valid,
        records.changed_at
    from records_by_field as records
    inner join identity_map
        on records.party_key = identity_map.party_key
    left join party_values_guarded as own_values
        on
            records.party_key = own_values.party_key
            and records.value_key = own_values.value_key

)

select * from contact_records_found
