{{ config(meta={"dagster": {"ref": {"name": "rpt_data_completeness"}}}) }}
-- Each breakdown holds every customer to whom a field applies once, and as many filled ones as all together, which are
-- those that `dim_customers` shows; nothing is verified that is not valid, nothing valid that is not filled.
{%- set counts = ['customers', 'recorded_customers', 'filled_customers', 'valid_customers', 'verified_customers',
    'refuted_customers'] %}
with

customers as (

    select * from {{ ref('dim_customers') }}

),

expected as (

    {% for field in ['country', 'city', 'gender', 'occupation', 'income_band'] -%}
        select
            '{{ field }}' as customer_field,
            count(*) as customers_count,
            count(nullif(trim({{ field }}), '')) as filled_customers_count
        from customers
        {{ 'where not is_b2b' if field != 'country' }}
        union all
    {% endfor -%}
    select
        customer_fields.customer_field,
        count(*) as customers_count,
        cast(null as bigint) as filled_customers_count
    from customers
    inner join {{ ref('customer_fields') }} as customer_fields
        on
            customer_fields.applies_to = 'all'
            or customer_fields.applies_to = case when customers.is_b2b then 'firm' else 'person' end
    where customer_fields.customer_field not in ('country', 'city', 'gender', 'occupation', 'income_band')
    group by customer_fields.customer_field

),

told as (

    select
        customer_field,
        breakdown,
        {% for count in counts -%}
            sum({{ count }}_count) as {{ count }}_count,
        {% endfor -%}
        max(last_verified_at) as last_verified_at
    from {{ ref('rpt_data_completeness') }}
    group by customer_field, breakdown

),

disagreeing as (

    select
        told.customer_field,
        told.breakdown
    from told
    inner join told as whole
        on told.customer_field = whole.customer_field and whole.breakdown = 'all'
    left join expected
        on told.customer_field = expected.customer_field
    where
        expected.customer_field is null
        or told.customers_count != expected.customers_count
        or told.filled_customers_count != expected.filled_customers_count
        {% for count in counts + ['last_verified'] -%}
            {%- set column = count ~ ('_at' if count == 'last_verified' else '_count') %}
            or told.{{ column }} is distinct from whole.{{ column }}
        {% endfor %}

),

out_of_order as (

    select
        customer_field,
        breakdown
    from {{ ref('rpt_data_completeness') }}
    where
        recorded_customers_count > customers_count
        or filled_customers_count > recorded_customers_count
        or valid_customers_count > filled_customers_count
        or verified_customers_count + coalesce(refuted_customers_count, 0)
        > coalesce(valid_customers_count, filled_customers_count)
        or (verified_customers_count > 0 and last_verified_at is null)

)

select * from disagreeing
union all
select * from out_of_order
