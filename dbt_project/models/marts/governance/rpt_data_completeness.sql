{%- set breakdowns = ['all', 'lifecycle_stage', 'acquisition_channel', 'is_b2b'] -%}
-- How complete customer information is, how much of it is well formed, and how much of it is known to be true or wrong,
-- field by field.
-- One row per customer field, breakdown and its value.
with

customer_fields_judged as (

    select * from {{ ref('int_customer_fields_judged') }}

),

field_evidence_found as (

    select * from {{ ref('int_field_evidence_found') }}

),

field_evidence as (

    select * from {{ ref('field_evidence') }}

),

customer_fields as (

    select * from {{ ref('customer_fields') }}

),

fields_with_evidence as (

    select
        found.customer_field,
        max(case when evidence.verdict = 'refutes' then 1 else 0 end) = 1 as can_be_refuted
    from (select distinct customer_field from field_evidence_found) as found
    inner join field_evidence as evidence
        on found.customer_field = evidence.customer_field
    group by found.customer_field

),

fields_with_rule as (

    select distinct customer_field from customer_fields_judged
    where is_valid is not null

),

fields_by_breakdown as (

    {% for breakdown in breakdowns -%}
        select
            *,
            '{{ breakdown }}' as breakdown,
            {% if breakdown == 'all' -%}
                'all' as breakdown_value
            {%- else -%}
                coalesce(cast({{ breakdown }} as {{ dbt.type_string() }}), 'unknown') as breakdown_value
            {%- endif %}
        from customer_fields_judged
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

fields_counted as (

    select
        customer_field,
        breakdown,
        breakdown_value,
        count(*) as customers_count,
        count(case when is_recorded then 1 end) as recorded_count,
        count(case when is_filled then 1 end) as filled_count,
        count(case when is_valid then 1 end) as valid_count,
        count(case when is_verified then 1 end) as verified_count,
        count(case when is_refuted then 1 end) as refuted_count,
        max(last_verified_at) as last_verified_at
    from fields_by_breakdown
    group by customer_field, breakdown, breakdown_value

),

{# What nothing can tell is NULL. #}
fields_told as (

    select
        counted.customer_field,
        counted.breakdown,
        counted.breakdown_value,
        customer_fields.field_number,
        counted.customers_count,
        counted.recorded_count,
        counted.filled_count,
        counted.last_verified_at,
        case when ruled.customer_field is not null then counted.valid_count end as valid_count,
        case when ruled.customer_field is not null then counted.filled_count end as valid_of_count,
        case when evidenced.customer_field is not null then counted.verified_count end as verified_count,
        case when evidenced.customer_field is not null then counted.filled_count end as verified_of_count,
        case when evidenced.can_be_refuted then counted.refuted_count end as refuted_count
    from fields_counted as counted
    inner join customer_fields
        on counted.customer_field = customer_fields.customer_field
    left join fields_with_rule as ruled
        on counted.customer_field = ruled.customer_field
    left join fields_with_evidence as evidenced
        on counted.customer_field = evidenced.customer_field

),

data_completeness as (

    select
        -- strings
        customer_field,
        breakdown,
        breakdown_value,

        -- numerics
        field_number,
        cast(customers_count as bigint) as customers_count,
        cast(recorded_count as bigint) as recorded_customers_count,
        cast(filled_count as bigint) as filled_customers_count,
        filled_count / cast(customers_count as double) as filled_rate,
        {{ wilson_limit('filled_count', 'customers_count', -1) }} as filled_rate_lower,
        {{ wilson_limit('filled_count', 'customers_count', 1) }} as filled_rate_upper,
        {% for kind in ['valid', 'verified'] -%}
            cast({{ kind }}_count as bigint) as {{ kind }}_customers_count,
            {{ kind }}_count / nullif(cast({{ kind }}_of_count as double), 0) as {{ kind }}_rate,
            {{ wilson_limit(kind ~ '_count', kind ~ '_of_count', -1) }} as {{ kind }}_rate_lower,
            {{ wilson_limit(kind ~ '_count', kind ~ '_of_count', 1) }} as {{ kind }}_rate_upper,
        {% endfor -%}
        cast(refuted_count as bigint) as refuted_customers_count,

        -- timestamps
        last_verified_at
    from fields_told

)

select * from data_completeness
