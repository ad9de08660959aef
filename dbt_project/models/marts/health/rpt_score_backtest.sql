-- What each score was worth: of the customers in each of its bands at the ends of past months, as they were known
-- then, how many were gone within the horizon; and of each period, how well it told them apart.
-- One row per score id, period unit, period start date and band.
with

scores_grouped as (

    select * from {{ ref('int_scores_grouped') }}

),

score_periods_judged as (

    select * from {{ ref('int_score_periods_judged') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

bands_counted as (

    select
        score_id,
        period_unit,
        period_start_date,
        coalesce(stated_band, cast(risk_decile as string)) as band,
        count(*) as snapshots_count,
        count(case when is_gone then 1 end) as gone_count,
        cast(sum(cast(predicted_probability as decimal(9, 6))) as double) as predicted_sum,
        max(score_date) as last_score_date
    from scores_grouped
    group by score_id, period_unit, period_start_date, coalesce(stated_band, cast(risk_decile as string))
    union all
    select
        score_id,
        period_unit,
        period_start_date,
        'all',
        count(*),
        count(case when is_gone then 1 end),
        cast(sum(cast(predicted_probability as decimal(9, 6))) as double),
        max(score_date)
    from scores_grouped
    group by score_id, period_unit, period_start_date

),

top_deciles as (

    select
        score_id,
        period_unit,
        period_start_date,
        count(case when is_gone then 1 end) / cast(count(*) as double) as gone_rate
    from scores_grouped
    where risk_decile = 10
    group by score_id, period_unit, period_start_date

),

score_backtest as (

    select
        -- strings
        bands.score_id,
        bands.period_unit,
        bands.band,

        -- numerics
        cast(horizons.threshold_value as integer) as horizon_days,
        cast(bands.snapshots_count as bigint) as snapshots_count,
        cast(bands.gone_count as bigint) as gone_count,
        bands.gone_count / cast(bands.snapshots_count as double) as gone_rate,
        {{ wilson_limit('bands.gone_count', 'bands.snapshots_count', -1) }} as gone_rate_lower,
        {{ wilson_limit('bands.gone_count', 'bands.snapshots_count', 1) }} as gone_rate_upper,
        bands.predicted_sum / bands.snapshots_count as predicted_rate,
        cast(case when bands.band = 'all' then judged.flagged_count end as bigint) as flagged_count,
        cast(case when bands.band = 'all' then judged.flagged_gone_count end as bigint) as flagged_gone_count,
        case when bands.band = 'all' then judged.precision_rate end as precision_rate,
        case when bands.band = 'all' then judged.recall_rate end as recall_rate,
        case when bands.band = 'all' then judged.auc end as auc,
        case when bands.band = 'all' then judged.brier_score end as brier_score,
        case when bands.band = 'all' then judged.calibration_slope end as calibration_slope,
        case
            when bands.band = 'all'
                then top_deciles.gone_rate / nullif(bands.gone_count / cast(bands.snapshots_count as double), 0)
        end as top_decile_lift,
        case when bands.band = 'all' then judged.p50_lead_days end as p50_lead_days,

        -- dates
        bands.period_start_date,
        bands.last_score_date
    from bands_counted as bands
    inner join thresholds as horizons
        on horizons.threshold_id = 'churn_horizon_days'
    inner join score_periods_judged as judged
        on
            bands.score_id = judged.score_id
            and bands.period_unit = judged.period_unit
            and bands.period_start_date = judged.period_start_date
    left join top_deciles
        on
            bands.score_id = top_deciles.score_id
            and bands.period_unit = top_deciles.period_unit
            and bands.period_start_date = top_deciles.period_start_date

)

select * from score_backtest
