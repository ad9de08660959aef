{# What the model of churn risk is fitted on: each feature, and its value from the columns of `int_snapshots_measured`.
   Silence and rhythm are told by pieces, so that a probability may rise steeply at first and then no more; what is not
   known is told apart from what is nothing. #}
{% macro risk_features() -%}
    {{ return({
        'silence_to_usual': 'least(coalesce(gap_ratio, 0), 1)',
        'silence_beyond_usual': 'least(greatest(coalesce(gap_ratio, 0) - 1, 0), 1)',
        'silence_beyond_twice': 'least(greatest(coalesce(gap_ratio, 0) - 2, 0), 2)',
        'silence_far_beyond': 'ln(1 + greatest(coalesce(gap_ratio, 0) - 4, 0))',
        'silent_days': 'silent_days / cast(90 as double)',
        'longer_gaps': 'least(longer_gaps_count, 4)',
        'second_purchase': "case when orders_band = '1' then 0 else 1 end",
        'third_purchase': "case when orders_band = '3+' then 1 else 0 end",
        'purchases': 'ln(cast(purchases_count as double))',
        'age': 'ln(cast(1 + age_days as double))',
        'frequency_known': 'case when frequency_ratio is null then 0 else 1 end',
        'frequency': 'least(coalesce(frequency_ratio, 1), 2)',
        'amount': 'least(coalesce(amount_ratio, 1), 3)',
        'negative_tickets': 'least(coalesce(negative_tickets_count, 0), 3)',
        'open_tickets': 'least(coalesce(open_tickets_count, 0), 2)',
        'refunds': 'least(refunds_count, 2)',
        'detractor_answers': 'least(coalesce(detractor_answers_count, 0), 1)',
        'negative_reviews': 'least(coalesce(negative_reviews_count, 0), 1)',
        'use_known': 'case when recent_uses_count is null then 0 else 1 end',
        'no_use': 'case when recent_uses_count = 0 then 1 else 0 end',
        'uses': 'ln(cast(1 + coalesce(recent_uses_count, 0) as double))',
        'use_ratio': 'least(coalesce(usage_ratio, 1), 2)',
        'scenes': 'least(coalesce(scenes_used_count, 0), 5)',
        'points': 'ln(cast(1 + greatest(coalesce(points_balance, 0), 0) as double))',
        'prepaid': 'case when prepaid_balance > 0 then 1 else 0 end',
        'contract': 'case when contract_days_left > 0 then 1 else 0 end',
    }) }}
{%- endmacro %}
