-- How well each score told those who were gone from those who stayed, by period: the area under its curve, the
-- distance of a probability from what became, the slope of what became on what was predicted, the median lead.
-- One row per score id, period unit and period start date.
with

scores_grouped as (

    select * from {{ ref('int_scores_grouped') }}

),

score_leads_measured as (

    select * from {{ ref('int_score_leads_measured') }}

),

{# Sums of decimals are exact, whatever the order of the rows. #}
by_value as (

    select
        score_id,
        period_unit,
        period_start_date,
        risk_value,
        count(case when is_gone then 1 end) as gone_count,
        count(case when not is_gone then 1 end) as stayed_count,
        count(case when is_flagged then 1 end) as flagged_count,
        count(case when is_flagged and is_gone then 1 end) as flagged_gone_count,
        sum(cast(predicted_probability as decimal(9, 6))) as predicted_sum,
        sum(
            cast(predicted_probability as decimal(9, 6)) * cast(predicted_probability as decimal(9, 6))
        ) as predicted_squares_sum,
        sum(case when is_gone then cast(predicted_probability as decimal(9, 6)) else 0 end) as predicted_gone_sum
    from scores_grouped
    group by score_id, period_unit, period_start_date, risk_value

),

sums as (

    select
        score_id,
        period_unit,
        period_start_date,
        cast(sum(gone_count + stayed_count) as double) as snapshots_count,
        cast(sum(gone_count) as double) as gone_count,
        cast(sum(flagged_count) as bigint) as flagged_count,
        cast(sum(flagged_gone_count) as bigint) as flagged_gone_count,
        cast(sum(predicted_sum) as double) as predicted_sum,
        cast(sum(predicted_squares_sum) as double) as predicted_squares_sum,
        cast(sum(predicted_gone_sum) as double) as predicted_gone_sum
    from by_value
    group by score_id, period_unit, period_start_date

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

leads_by_period as (

    {% for unit in ['month', 'quarter'] -%}
        {% if not loop.first %} union all {% endif %}
        select
            score_id,
            '{{ unit }}' as period_unit,
            cast({{ dbt.date_trunc(unit, 'first_flagged_date') }} as date) as period_start_date,
            lead_days
        from score_leads_measured
    {% endfor %}

),

leads_ranked as (

    select
        *,
        row_number() over (
            partition by score_id, period_unit, period_start_date order by lead_days
        ) as lead_rank,
        count(*) over (partition by score_id, period_unit, period_start_date) as leads_count
    from leads_by_period

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
