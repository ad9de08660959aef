-- The version of the model of churn risk that was the newest on each score date, its weights and means side by side.
-- One row per score date by which there was a version.
with

churn_models as (

    select * from {{ source('fitted', 'churn_models') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

newest_versions as (

    select
        score_dates_listed.score_date,
        max(churn_models.model_date) as model_date
    from score_dates_listed
    inner join churn_models
        on score_dates_listed.score_date >= churn_models.model_date
    group by score_dates_listed.score_date

),

churn_models_chosen as (

    select
        newest_versions.score_date,
        newest_versions.model_date,
        {% for feature in risk_features() -%}
            max(case when churn_models.feature_id = '{{ feature }}' then churn_models.coefficient end)
                as {{ feature }}_weight,
            max(case when churn_models.feature_id = '{{ feature }}' then churn_models.mean_value end)
                as {{ feature }}_mean,
        {% endfor -%}
        max(case when churn_models.feature_id = 'intercept' then churn_models.coefficient end) as intercept,
        max(churn_models.flagged_from_probability) as flagged_from_probability,
        max(churn_models.snapshots_count) as trained_snapshots_count,
        max(churn_models.evaluated_snapshots_count) as evaluated_snapshots_count,
        max(churn_models.model_brier) as model_brier,
        max(churn_models.rule_brier) as rule_brier
    from newest_versions
    inner join churn_models
        on newest_versions.model_date = churn_models.model_date
    group by newest_versions.score_date, newest_versions.model_date

)

select * from churn_models_chosen
