-- The followed scores by month's end and by quarter, each with its band there: its own, or of a probability its tenth
-- part, 10 for the highest risks.
-- One row per score id, period unit, customer id and score date.
with

scores_followed as (

    select * from {{ ref('int_scores_followed') }}

),

scores_by_period as (

    {% for unit in ['month', 'quarter'] -%}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ unit }}' as period_unit,
            cast({{ dbt.date_trunc(unit, 'score_date') }} as date) as period_start_date,
            *
        from scores_followed
    {% endfor %}

),

scores_grouped as (

    select
        score_id,
        period_unit,
        period_start_date,
        customer_id,
        score_date,
        risk_value,
        predicted_probability,
        is_gone,
        is_flagged,
        ntile(10) over (
            partition by score_id, period_unit, period_start_date order by risk_value, customer_id, score_date
        ) as risk_decile,
        stated_band
    from scores_by_period

)

select * from scores_grouped
