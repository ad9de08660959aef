-- How likely each customer of each score date was to place no purchase within the horizon: by the model, by the plain
-- rule, and by the one of both that is believed. The rule stands in until a model has been judged, and where it was
-- worse.
-- One row per customer id and score date.
with

risk_features_derived as (

    select * from {{ ref('int_risk_features_derived') }}

),

churn_models_chosen as (

    select * from {{ ref('int_churn_models_chosen') }}

),

risks as (

    select
        features.customer_id,
        features.score_date,
        models.model_date,
        models.flagged_from_probability,
        models.model_brier,
        models.rule_brier,
        features.rule_probability,
        round(1 / (1 + exp(-(
            models.intercept
            {% for feature in risk_features() -%}
                + models.{{ feature }}_weight * features.{{ feature }}_feature
            {% endfor -%}
        ))), 6) as model_probability,
        coalesce(models.model_brier < models.rule_brier, false) and models.intercept is not null as is_model_believed
    from risk_features_derived as features
    left join churn_models_chosen as models
        on features.score_date = models.score_date

),

risks_scored as (

    select
        customer_id,
        score_date,
        model_date,
        model_probability,
        rule_probability,
        case when is_model_believed then model_probability else rule_probability end as risk_probability,
        case
            when is_model_believed then 'model'
            when rule_probability is not null then 'rule'
        end as risk_source,
        case when is_model_believed then coalesce(flagged_from_probability, 0.5) else 0.5 end
            as flagged_from_probability,
        coalesce(flagged_from_probability, 0.5) as model_flagged_from_probability,
        model_brier,
        rule_brier,
        coalesce(
            case when is_model_believed then model_probability else rule_probability end
            >= case when is_model_believed then coalesce(flagged_from_probability, 0.5) else 0.5 end,
            false
        ) as is_flagged
    from risks

)

select * from risks_scored
