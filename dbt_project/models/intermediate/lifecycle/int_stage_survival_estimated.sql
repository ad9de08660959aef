-- The share of stays that last longer than a duration, by Kaplan and Meier: the product of the shares that stayed on at
-- each end of a stay, among those still watched then. The limits are Greenwood's, taken on log(-log(share)), 95 %;
-- where all have ended, Wilson's of none among so many.
-- Twelve places are kept: the detour over logarithms errs behind them, and half the stays must be exactly half.
-- One row per lifecycle id, stage, segment type, segment and duration.
with

stage_durations_counted as (

    select * from {{ ref('int_stage_durations_counted') }}

),

durations_at_risk as (

    select
        *,
        sum(ended_count + open_count) over (
            partition by lifecycle_id, stage, segment_type, segment
            order by duration_hours desc
        ) as at_risk_count
    from stage_durations_counted

),

{# A product is the exponential of a sum of logarithms; where all who are left end, it is 0, and the last factor. #}
sums as (

    select
        *,
        sum(
            case when ended_count < at_risk_count then ln(1 - ended_count / cast(at_risk_count as double)) else 0 end
        ) over (
            partition by lifecycle_id, stage, segment_type, segment
            order by duration_hours
        ) as log_survival,
        sum(
            case
                when ended_count < at_risk_count
                    then ended_count / (cast(at_risk_count as double) * (at_risk_count - ended_count))
                else 0
            end
        ) over (
            partition by lifecycle_id, stage, segment_type, segment
            order by duration_hours
        ) as greenwood_sum,
        sum(ended_count) over (
            partition by lifecycle_id, stage, segment_type, segment
            order by duration_hours
        ) as ended_so_far_count
    from durations_at_risk

),

stage_survival_estimated as (

    select
        lifecycle_id,
        stage,
        segment_type,
        segment,
        duration_hours,
        at_risk_count,
        ended_count,
        open_count,
        round(case when ended_count = at_risk_count then 0 else exp(log_survival) end, 12) as survival_rate,
        case
            when ended_count = at_risk_count then 0
            when greenwood_sum > 0
                then round(exp(log_survival * exp(-1.959963984540054 * sqrt(greenwood_sum) / log_survival)), 12)
        end as survival_rate_lower,
        case
            when ended_count = at_risk_count then round({{ wilson_limit(0, 'ended_so_far_count', 1) }}, 12)
            when greenwood_sum > 0
                then round(exp(log_survival * exp(1.959963984540054 * sqrt(greenwood_sum) / log_survival)), 12)
        end as survival_rate_upper
    from sums

)

select * from stage_survival_estimated
