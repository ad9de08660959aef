-- How likely each customer who is not silent for too long is to place no purchase within the horizon from as_of on,
-- why, and whether the model is to be believed.
-- One row per customer id.
with

risks_scored as (

    select * from {{ ref('int_risks_scored') }}

),

risk_reasons_ranked as (

    select * from {{ ref('int_risk_reasons_ranked') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

bands as (

    select * from {{ ref('dim_bands') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

reasons_side_by_side as (

    select
        customer_id,
        max(case when reason_rank = 1 then reason end) as reason_1,
        max(case when reason_rank = 2 then reason end) as reason_2,
        max(case when reason_rank = 3 then reason end) as reason_3
    from risk_reasons_ranked
    where reason_rank <= 3
    group by customer_id

),

churn_risk as (

    select
        -- ids
        risks_scored.customer_id,

        -- strings
        risks_scored.risk_source,
        bands.band as risk_band,
        reasons_side_by_side.reason_1,
        reasons_side_by_side.reason_2,
        reasons_side_by_side.reason_3,

        -- numerics
        cast(horizons.threshold_value as integer) as horizon_days,
        risks_scored.risk_probability,
        risks_scored.model_probability,
        risks_scored.rule_probability,
        risks_scored.flagged_from_probability,
        risks_scored.model_brier,
        risks_scored.rule_brier,

        -- booleans
        risks_scored.is_flagged,

        -- dates
        risks_scored.score_date,
        risks_scored.model_date
    from risks_scored
    inner join score_dates_listed
        on risks_scored.score_date = score_dates_listed.score_date and score_dates_listed.is_current
    inner join thresholds as horizons
        on horizons.threshold_id = 'churn_horizon_days'
    left join reasons_side_by_side
        on
            case when risks_scored.risk_source = 'model' then risks_scored.customer_id end
            = reasons_side_by_side.customer_id
    left join bands
        on
            bands.band_set = 'risk'
            and risks_scored.risk_probability <= bands.upper_value
            and coalesce(risks_scored.risk_probability > bands.above_value, true)

)

select * from churn_risk
