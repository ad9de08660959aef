-- The followed scores by month's end and by quarter, each with its band there: its own, or of a probability its tenth
-- part, 10 for the highest risks; and how long before the customer counted as churned it was flagged first.
-- One row per score id, period unit, customer id and score date.
with

scores_followed as (

    select * from {{ ref('int_scores_followed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

{# The same silence goes on while the silent days grow; of its flagged dates the first has the fewest. #}
scores_in_silences as (

    select
        scores_followed.*,
        cast({{ dbt.dateadd('day', '-silent_days', 'score_date') }} as date) as silence_start_date,
        cast(limits.threshold_value as integer) - scores_followed.silent_days as days_before_churn
    from scores_followed
    inner join thresholds as limits
        on limits.threshold_id = 'churned_silent_days'

),

scores_with_first_flag as (

    select
        *,
        is_flagged and row_number() over (
            partition by score_id, customer_id, silence_start_date, is_flagged order by score_date
        ) = 1 as is_first_flag
    from scores_in_silences

),

scores_by_period as (

    {% for unit in ['month', 'quarter'] -%}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ unit }}' as period_unit,
            cast({{ dbt.date_trunc(unit, 'score_date') }} as date) as period_start_date,
            *
        from scores_with_first_flag
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
        case when is_first_flag and is_gone and is_churned_later then days_before_churn end as lead_days,
        ntile(10) over (
            partition by score_id, period_unit, period_start_date order by risk_value, customer_id, score_date
        ) as risk_decile,
        stated_band
    from scores_by_period

)

select * from scores_grouped
