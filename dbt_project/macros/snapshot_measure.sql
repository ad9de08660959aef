{# The value of the measure that a row of the dictionary names, from the columns of `int_snapshots_measured`; the risk of
   the model is another's and is given. #}
{% macro snapshot_measure(measure, risk_probability=none) -%}
    case {{ measure }}
        {% for column in [
            'negative_tickets_count', 'open_tickets_count', 'refunds_count', 'detractor_answers_count',
            'negative_reviews_count', 'gap_ratio', 'longer_gaps_count', 'frequency_ratio', 'amount_ratio', 'silent_days',
            'purchases_count', 'usage_ratio', 'recent_uses_count', 'scenes_used_count', 'scenes_lost_count',
            'points_balance', 'prepaid_balance', 'contract_days_left',
        ] -%}
            when '{{ column }}' then cast({{ column }} as double)
        {% endfor -%}
        {% if risk_probability -%} when 'risk_probability' then {{ risk_probability }} {%- endif %}
    end
{%- endmacro %}
