-- Each win-back rule that a customer fails who is judged, with the value and the limit.
-- A measure that is NULL fails no rule.
-- One row per customer id and rule id.
with

winback_customers_valued as (

    select * from {{ ref('int_winback_customers_valued') }}

),

winback_rules as (

    select * from {{ ref('winback_rules') }}

),

measures as (

    select
        customers.customer_id,
        rules.rule_id,
        rules.exclusion_class,
        rules.class_order,
        rules.operator,
        {{ winback_measure('rules.measure') }} as measure_value,
        rules.limit_value
    from winback_customers_valued as customers
    cross join winback_rules as rules

),

winback_exclusions_found as (

    select
        customer_id,
        rule_id,
        exclusion_class,
        class_order,
        measure_value,
        limit_value
    from measures
    where
        case operator
            when '<' then measure_value < limit_value
            when '>' then measure_value > limit_value
            when '=' then measure_value = limit_value
        end

)

select * from winback_exclusions_found
