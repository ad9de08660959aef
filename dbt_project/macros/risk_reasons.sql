{# What may raise the risk of a customer: each reason with the features that tell it, and its words from the columns of
   `int_snapshots_measured`. #}
{% macro risk_reasons() -%}
    {{ return({
        'silence': {
            'features': [
                'silence_to_usual', 'silence_beyond_usual', 'silence_beyond_twice', 'silence_far_beyond', 'silent_days'
            ],
            'words': "'silent for ' || cast(silent_days as string) || ' days'
                || coalesce(', ' || cast(cast(gap_ratio as decimal(9, 1)) as string) || ' times the usual gap', '')",
        },
        'longer_gaps': {
            'features': ['longer_gaps'],
            'words': "'gaps longer than the one before, in a row: ' || cast(longer_gaps_count as string)",
        },
        'few_purchases': {
            'features': ['second_purchase', 'third_purchase', 'purchases', 'age'],
            'words': "'days of purchase: ' || cast(purchases_count as string) || ' within '
                || cast(age_days as string) || ' days'",
        },
        'fewer_purchases': {
            'features': ['frequency_known', 'frequency', 'amount'],
            'words': "coalesce(
                'days of purchase lately: ' || cast(recent_purchases_count as string) || ', just before: '
                || cast(earlier_purchases_count as string), 'too new to be held against the time before'
            )",
        },
        'grievances': {
            'features': ['negative_tickets', 'open_tickets', 'refunds', 'detractor_answers', 'negative_reviews'],
            'words': "'negative tickets: ' || cast(coalesce(negative_tickets_count, 0) as string)
                || ', open tickets: ' || cast(coalesce(open_tickets_count, 0) as string)
                || ', refunds: ' || cast(refunds_count as string)
                || ', poor answers and reviews: ' || cast(
                    coalesce(detractor_answers_count, 0) + coalesce(negative_reviews_count, 0) as string
                )",
        },
        'little_use': {
            'features': ['use_known', 'no_use', 'uses', 'use_ratio', 'scenes'],
            'words': "coalesce(
                'uses of the product lately: ' || cast(recent_uses_count as string) || ', just before: '
                || cast(earlier_uses_count as string), 'no use of the product is known'
            )",
        },
        'little_to_lose': {
            'features': ['points', 'prepaid', 'contract'],
            'words': "'points: ' || cast(cast(coalesce(points_balance, 0) as bigint) as string)
                || ', paid in advance: ' || cast(cast(coalesce(prepaid_balance, 0) as bigint) as string)
                || case when contract_days_left > 0 then ', a contract' else ', no contract' end",
        },
    }) }}
{%- endmacro %}
