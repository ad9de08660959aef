-- How well each score told those who were gone from those who stayed, by period: the area under its curve, the
-- distance of a probability from what became, the slope of what became on what was predicted, the median lead.
-- One row per score id, period unit and period start date.
with

scores_grouped as (

    select * from {{ ref('int_scores_grouped') }}

),

{# Sums of decimals are exact, whatever the order of the rows. #}
sums as (

    select
        score_id,
        period_unit,
        period_start_date,
        cast(count(*) as double) as snapshots_count,
        cast(count(case when is_gone then 1 end) as double) as gone_count,
        count(case when is_flagged then 1 end) as flagged_count,
        count(case when is_flagged and is_gone then 1 end) as flagged_gone_count,
        cast(sum(cast(predicted_probability as decimal(9, 6))) as double) as predicted_sum,
        cast(sum(
            cast(predicted_probability as decimal(9, 6)) * cast(predicted_probability as decimal(9, 6))
        ) as double) as predicted_squares_sum,
        cast(sum(case when is_gone then cast(predicted_probability as decimal(9, 6)) else 0 end) as double)
            as predicted_gone_sum
    from scores_grouped
    group by score_id, period_unit, period_start_date

),

by_value as (

    select
        score_id,
        period_unit,
        period_start_date,
        risk_value,
        count(case when is_gone then 1 end) as gone_count,
        count(case when not is_gone then 1 end) as stayed_count
    from scores_grouped
    group by score_id, period_unit, period_start_date, risk_value

),

by_value_with_lower as (

    select
        *,
        sum(stayed_count) over (
            partition by score_id, period_unit, period_start_date order by risk_value
            rows between unbounded preceding and current row
        ) - stayed_count as stayed_lower_count
    from by_value

),

{# In how many pairs of one who was gone and one who stayed the first had the higher risk; a tie is half of it. #}
pairs as (

    select
        score_id,
        period_unit,
        period_start_date,
        cast(sum(gone_count * (2 * stayed_lower_count + stayed_count)) as double) / 2 as told_apart_count,
        cast(sum(gone_count) as double) * sum(stayed_count) as pairs_count
    from by_value_with_lower
    group by score_id, period_unit, period_start_date

),

leads_ranked as (

    select
        score_id,
        period_unit,
        period_start_date,
        lead_days,
        row_number() over (
            partition by score_id, period_unit, period_start_date order by lead_days
        ) as lead_rank,
        count(*) over (partition by score_id, period_unit, period_start_date) as leads_count
    from scores_grouped
    where lead_days is not null

),

lead_medians as (

    select
        score_id,
        period_unit,
        period_start_date,
        avg(cast(lead_days as double)) as p50_lead_days
    from leads_ranked
    where 2 * lead_rank >= leads_count and 2 * lead_rank <= leads_count + 2
    group by score_id, period_unit, period_start_date

),

score_periods_judged as (

    select
        sums.score_id,
        sums.period_unit,
        sums.period_start_date,
        sums.flagged_count,
        sums.flagged_gone_count,
        sums.flagged_gone_count / nullif(cast(sums.flagged_count as double), 0) as precision_rate,
        sums.flagged_gone_count / nullif(sums.gone_count, 0) as recall_rate,
        pairs.told_apart_count / nullif(pairs.pairs_count, 0) as auc,
        round(
            (sums.predicted_squares_sum - 2 * sums.predicted_gone_sum + sums.gone_count) / sums.snapshots_count, 9
        ) as brier_score,
        round(
            (sums.predicted_gone_sum - sums.predicted_sum * sums.gone_count / sums.snapshots_count)
            / nullif(round(
                sums.predicted_squares_sum - sums.predicted_sum * sums.predicted_sum / sums.snapshots_count, 9
            ), 0), 9
        ) as calibration_slope,
        lead_medians.p50_lead_days
    from sums
    inner join pairs
        on
            sums.score_id = pairs.score_id
            and sums.period_unit = pairs.period_unit
            and sums.period_start_date = pairs.period_start_date
    left join lead_medians
        on
            sums.score_id = lead_medians.score_id
            and sums.period_unit = lead_medians.period_unit
            and sums.period_start_date = lead_medians.period_start_date

)

select * from score_periods_judged
