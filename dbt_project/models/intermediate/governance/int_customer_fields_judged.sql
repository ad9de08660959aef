-- Whether each field that applies to a customer is filled, well formed and known to be true at as_of.
-- One row per customer id and customer field.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

contact_records_found as (

    select * from {{ ref('int_contact_records_found') }}

),

person_profiles_found as (

    select * from {{ ref('int_person_profiles_found') }}

),

firm_profiles_found as (

    select * from {{ ref('int_firm_profiles_found') }}

),

field_values_verified as (

    select * from {{ ref('int_field_values_verified') }}

),

customer_fields as (

    select * from {{ ref('customer_fields') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

records as (

    select
        customer_id,
        customer_field,
        value_key is not null as is_filled,
        is_valid
    from contact_records_found
    union all
    select
        customer_id,
        customer_field,
        is_filled,
        is_valid
    from person_profiles_found
    union all
    select
        customer_id,
        customer_field,
        is_filled,
        is_valid
    from firm_profiles_found

),

records_grouped as (

    select
        customer_id,
        customer_field,
        max(case when is_filled then 1 else 0 end) = 1 as is_filled,
        max(case when is_valid then 1 when not is_valid then 0 end) = 1 as is_valid
    from records
    group by customer_id, customer_field

),

{# One value that holds is enough; wrong is a field only when every value is that could be right. #}
values_grouped as (

    select
        customer_id,
        customer_field,
        max(last_verified_at) as last_verified_at,
        min(case when is_refuted then 1 else 0 end) = 1 as is_refuted
    from field_values_verified
    where coalesce(is_valid, true)
    group by customer_id, customer_field

),

customer_fields_judged as (

    select
        customers.customer_id,
        customer_fields.customer_field,
        customers.lifecycle_stage,
        customers.acquisition_channel,
        customers.is_b2b,
        records_grouped.customer_id is not null as is_recorded,
        coalesce(records_grouped.is_filled, false) as is_filled,
        records_grouped.is_valid,
        coalesce(
            values_grouped.last_verified_at
            >= {{ dbt.dateadd('day', '-cast(spans.threshold_value as integer)', 'build_clocks_resolved.as_of') }},
            false
        ) as is_verified,
        coalesce(values_grouped.is_refuted, false) as is_refuted,
        values_grouped.last_verified_at
    from customers
    inner join customer_fields
        on customer_fields.applies_to in ('all', case when customers.is_b2b then 'firm' else 'person' end)
    cross join build_clocks_resolved
    inner join thresholds as spans
        on spans.threshold_id = 'field_verified_days'
    left join records_grouped
        on
            customers.customer_id = records_grouped.customer_id
            and customer_fields.customer_field = records_grouped.customer_field
    left join values_grouped
        on
            customers.customer_id = values_grouped.customer_id
            and customer_fields.customer_field = values_grouped.customer_field

)

select * from customer_fields_judged
