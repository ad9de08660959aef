-- The customers of each month's end on whom the model of churn risk is fitted, with what became of them: all of them,
-- or of many as many as the dictionary says, always the same ones.
-- One row per customer id and score date.
with

risk_features_derived as (

    select * from {{ ref('int_risk_features_derived') }}

),

snapshot_outcomes_followed as (

    select * from {{ ref('int_snapshot_outcomes_followed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

customers_ranked as (

    select
        features.*,
        outcomes.horizon_date,
        outcomes.is_gone,
        row_number() over (
            partition by features.score_date order by md5(features.customer_id), features.customer_id
        ) as customer_rank
    from risk_features_derived as features
    inner join snapshot_outcomes_followed as outcomes
        on features.customer_id = outcomes.customer_id and features.score_date = outcomes.score_date

),

risk_samples_drawn as (

    select customers_ranked.*
    from customers_ranked
    inner join thresholds
        on
            thresholds.threshold_id = 'risk_sample_customers'
            and customers_ranked.customer_rank <= thresholds.threshold_value

)

select * from risk_samples_drawn
