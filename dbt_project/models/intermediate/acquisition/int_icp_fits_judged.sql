-- Whether a customer meets the ideal profile: `fit` when all rules hold, `miss` when one does not, else `unknown`.
-- An attribute that no source tells is unknown, and so is who is asked for nothing.
-- One row per customer id.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

icp_rules as (

    select * from {{ ref('icp_rules') }}

),

attributes as (

    {% for attribute in ['country', 'city', 'gender', 'occupation', 'income_band'] %}
        select
            customer_id,
            case when is_b2b then 'firm' else 'person' end as customer_kind,
            '{{ attribute }}' as attribute,
            {{ attribute }} as attribute_value
        from customers
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

rules_asked as (

    select
        attributes.customer_id,
        case
            when icp_rules.operator = 'is_one_of'
                then {{ is_listed('attributes.attribute_value', 'icp_rules.attribute_values') }}
            else not {{ is_listed('attributes.attribute_value', 'icp_rules.attribute_values') }}
        end as is_met
    from attributes
    inner join icp_rules
        on attributes.attribute = icp_rules.attribute
    where icp_rules.applies_to in ('all', attributes.customer_kind)

),

rules_counted as (

    select
        customer_id,
        count(*) as rules_count,
        count(case when is_met then 1 end) as met_count,
        count(case when not is_met then 1 end) as missed_count
    from rules_asked
    group by customer_id

),

icp_fits_judged as (

    select
        customers.customer_id,
        case
            when rules_counted.missed_count > 0 then 'miss'
            when rules_counted.met_count = rules_counted.rules_count then 'fit'
            else 'unknown'
        end as icp_fit
    from customers
    left join rules_counted
        on customers.customer_id = rules_counted.customer_id

)

select * from icp_fits_judged
