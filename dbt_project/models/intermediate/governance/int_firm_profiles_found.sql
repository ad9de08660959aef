-- What the CRM says of a firm, field by field, and whether it is plausible; of several accounts of one firm it is
-- enough that one says it. A value is kept only of the country.
-- One row per customer id and customer field.
with

customer_attributes_joined as (

    select * from {{ ref('int_customer_attributes_joined') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

customer_fields as (

    select * from {{ ref('customer_fields') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

firm_accounts as (

    select
        identity_map.customer_id,
        accounts.has_name,
        accounts.has_plausible_name,
        nullif(trim(accounts.industry), '') as industry,
        accounts.employees_count,
        accounts.annual_revenue
    from accounts
    inner join identity_map
        on 'account:' || accounts.account_id = identity_map.party_key
    where accounts.is_b2b

),

texts as (

    select
        customer_id,
        'country' as customer_field,
        nullif(trim(country), '') as field_value
    from customer_attributes_joined
    where is_b2b
    union all
    select
        customer_id,
        'industry',
        industry
    from firm_accounts

),

profiles as (

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
        'name',
        has_name,
        case when has_name then has_plausible_name end
    from firm_accounts
    union all
    select
        firm_accounts.customer_id,
        null,
        'employees_count',
        firm_accounts.employees_count is not null,
        firm_accounts.employees_count between 1 and limits.threshold_value
    from firm_accounts
    inner join thresholds as limits
        on limits.threshold_id = 'plausible_employees'
    union all
    select
        customer_id,
        null,
        'annual_revenue',
        annual_revenue is not null,
        annual_revenue > 0
    from firm_accounts

),

firm_profiles_found as (

    select
        customer_id,
        max(value_key) as value_key,
        customer_field,
        max(case when is_filled then 1 else 0 end) = 1 as is_filled,
        max(case when is_valid then 1 when not is_valid then 0 end) = 1 as is_valid
    from profiles
    group by customer_id, customer_field

)

select * from firm_profiles_found
