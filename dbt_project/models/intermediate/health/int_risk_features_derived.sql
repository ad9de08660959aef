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

{# Of a cell that has never been seen nothing is known but the rate of all. #}
rates_of_all as (

    select
        score_date,
        max(gone_rate_in_all) as gone_rate_in_all
    from rule_risks_estimated
    group by score_date

),

risk_features_derived as (

    select
        features.*,
        coalesce(rules.rule_probability, rates_of_all.gone_rate_in_all) as rule_probability
    from features
    left join rates_of_all
        on features.score_date = rates_of_all.score_date
    left join rule_risks_estimated as rules
        on
            features.score_date = rules.score_date
            and features.orders_band = rules.orders_band
            and features.silence_band = rules.silence_band

)

select * from risk_features_derived
