-- What the model of churn risk sees of each customer on each score date, and what the plain rule says.
-- One row per customer id and score date.
with

snapshots_measured as (

    select * from {{ ref('int_snapshots_measured') }}

),

rule_risks_estimated as (

    select * from {{ ref('int_rule_risks_estimated') }}

),

features as (

    select
        customer_id,
        score_date,
        orders_band,
        {% for feature, value in risk_features().items() -%}
            cast({{ value }} as double) as {{ feature }}_feature,
        {% endfor -%}
        {{ silence_band('gap_ratio') }} as silence_band
    from snapshots_measured

),

risk_features_derived as (

    select
        features.*,
        rules.rule_probability
    from features
    left join rule_risks_estimated as rules
        on
            features.score_date = rules.score_date
            and features.orders_band = rules.orders_band
            and features.silence_band = rules.silence_band

)

select * from risk_features_derived
