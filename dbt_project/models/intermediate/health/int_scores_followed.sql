-- What each score said of a customer at a month's end, as it was known then, and what became: the model's probability,
-- the plain rule's, the one of both that was believed, the health score turned round, and how many signals fired that
-- ask no model.
-- One row per score id, customer id and score date.
with

snapshot_outcomes_followed as (

    select * from {{ ref('int_snapshot_outcomes_followed') }}

),

snapshots_measured as (

    select * from {{ ref('int_snapshots_measured') }}

),

risks_scored as (

    select * from {{ ref('int_risks_scored') }}

),

health_scored as (

    select * from {{ ref('int_health_scored') }}

),

risk_signals_fired as (

    select * from {{ ref('int_risk_signals_fired') }}

),

bands as (

    select * from {{ ref('dim_bands') }}

),

signals_counted as (

    select
        customer_id,
        score_date,
        count(*) as signals_count
    from risk_signals_fired
    where risk_way != 'model'
    group by customer_id, score_date

),

snapshots_scored as (

    select
        outcomes.customer_id,
        outcomes.score_date,
        outcomes.is_gone,
        outcomes.is_churned_later,
        snapshots_measured.silent_days,
        risks_scored.model_probability,
        risks_scored.rule_probability,
        risks_scored.model_flagged_from_probability,
        risks_scored.risk_probability,
        risks_scored.is_flagged,
        health_scored.health_score,
        bands.band as health_band,
        bands.band_order as health_band_order,
        coalesce(signals_counted.signals_count, 0) as signals_count
    from snapshot_outcomes_followed as outcomes
    inner join snapshots_measured
        on
            outcomes.customer_id = snapshots_measured.customer_id
            and outcomes.score_date = snapshots_measured.score_date
    inner join risks_scored
        on outcomes.customer_id = risks_scored.customer_id and outcomes.score_date = risks_scored.score_date
    inner join health_scored
        on outcomes.customer_id = health_scored.customer_id and outcomes.score_date = health_scored.score_date
    left join bands
        on
            bands.band_set = 'health'
            and health_scored.health_score <= bands.upper_value
            and coalesce(health_scored.health_score > bands.above_value, true)
    left join signals_counted
        on
            outcomes.customer_id = signals_counted.customer_id
            and outcomes.score_date = signals_counted.score_date

),

scores_followed as (

    {% for score, (probability, flag) in {
        'churn_risk': ['model_probability', 'model_probability >= model_flagged_from_probability'],
        'rule_risk': ['rule_probability', 'rule_probability >= 0.5'],
        'believed_risk': ['risk_probability', 'is_flagged'],
    }.items() -%}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ score }}' as score_id,
            customer_id,
            score_date,
            silent_days,
            is_gone,
            is_churned_later,
            {{ probability }} as risk_value,
            {{ probability }} as predicted_probability,
            cast(null as string) as stated_band,
            {{ flag }} as is_flagged
        from snapshots_scored
        where {{ probability }} is not null
    {% endfor %}
    union all
    select
        'health_score',
        customer_id,
        score_date,
        silent_days,
        is_gone,
        is_churned_later,
        100 - health_score,
        cast(null as double),
        health_band,
        health_band_order = 1
    from snapshots_scored
    where health_score is not null
    union all
    select
        'risk_signals',
        customer_id,
        score_date,
        silent_days,
        is_gone,
        is_churned_later,
        cast(signals_count as double),
        cast(null as double),
        case when signals_count >= 3 then '3+' else cast(signals_count as string) end,
        signals_count >= 1
    from snapshots_scored

)

select * from scores_followed
