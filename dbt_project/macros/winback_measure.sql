{# The value of the measure that a win-back rule names, from the columns of `int_winback_customers_valued`. #}
{% macro winback_measure(measure) -%}
    case {{ measure }}
        {% for column in [
            'contact_points_count', 'open_tickets_count', 'unpaid_invoices_count', 'days_since_last_order',
            'days_since_last_message', 'caps_exceeded_count', 'refund_rate', 'negative_signals_count',
            'discount_dependency_rate', 'service_effort_ratio', 'value_before_churn', 'expected_net_value',
            'running_plans_count', 'treatments_in_vain_count',
        ] -%}
            when '{{ column }}' then cast({{ column }} as double)
        {% endfor -%}
        when 'has_withdrawn_consent' then case when has_withdrawn_consent then 1 when not has_withdrawn_consent then 0 end
    end
{%- endmacro %}
