-- Each win-back rule that a churned customer fails, with the value and the limit.
-- A measure that is NULL fails no rule.
-- One row per customer id and rule id.
with

churned_customers_measured as (

    select * from {{ ref('int_churned_customers_measured') }}

),

winback_rules as (

    select * from {{ ref('winback_rules') }}

),

measures as (

    {% for measure in [
        'contact_points_count',
        'has_withdrawn_consent',
        'open_tickets_count',
        'days_since_last_order',
        'days_since_last_message',
        'refund_rate',
        'value_before_churn',
    ] %}
        select
            customer_id,
            '{{ measure }}' as measure,
            cast({{ measure }} as double) as measure_value
        from churned_customers_measured
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

winback_exclusions_found as (

    select
        measures.customer_id,
        winback_rules.rule_id,
        winback_rules.exclusion_class,
        winback_rules.class_order,
        measures.measure_value,
        winback_rules.limit_value
    from measures
    inner join winback_rules
        on measures.measure = winback_rules.measure
    where
        case winback_rules.operator
            when '<' then measures.measure_value < winback_rules.limit_value
            when '>' then measures.measure_value > winback_rules.limit_value
            when '=' then measures.measure_value = winback_rules.limit_value
        end

)

select * from winback_exclusions_found
