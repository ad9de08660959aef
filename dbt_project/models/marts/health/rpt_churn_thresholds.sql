{%- set segment = 'breakdown, orders_band, product_category' -%}
-- After how many silent days a customer counts as churned: how likely a return still is, and how often a threshold at
-- each day would have been wrong, either way.
-- One row per breakdown, orders band, product category and silent days.
with

return_curves_estimated as (

    select * from {{ ref('int_return_curves_estimated') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

limits as (

    select
        max(case when threshold_id = 'churn_horizon_days' then cast(threshold_value as integer) end) as horizon_days,
        max(case when threshold_id = 'churn_return_rate' then threshold_value end) as return_rate_limit,
        max(case when threshold_id = 'churn_silences' then threshold_value end) as fewest_silences
    from thresholds

),

{# What has not been watched for the whole horizon is not told. #}
horizons_ahead as (

    select
        now.*,
        limits.horizon_days,
        limits.return_rate_limit,
        limits.fewest_silences,
        ahead.greenwood_sum - now.greenwood_sum as greenwood_ahead,
        ahead.silent_share / nullif(now.silent_share, 0) as silent_share_ahead
    from return_curves_estimated as now
    cross join limits
    inner join return_curves_estimated as ahead
        on
            now.breakdown = ahead.breakdown
            and now.orders_band = ahead.orders_band
            and now.product_category = ahead.product_category
            and now.silent_days + limits.horizon_days = ahead.silent_days

),

rates as (

    select
        *,
        round(1 - silent_share_ahead, 12) as return_rate,
        silent_share_ahead * silent_share_ahead * greenwood_ahead as return_variance,
        churned_returning_count / nullif(cast(churned_snapshots_count as double), 0) as false_churn_rate,
        alive_gone_count / nullif(cast(alive_snapshots_count as double), 0) as missed_churn_rate,
        mature_silences_count >= fewest_silences and alive_snapshots_count > 0 as has_errors_known
    from horizons_ahead

),

rates_ranked as (

    select
        *,
        min(case when return_rate <= return_rate_limit and still_silent_count >= fewest_silences then silent_days end)
            over (partition by {{ segment }}) as first_unlikely_day,
        row_number() over (
            partition by {{ segment }}
            order by
                case when has_errors_known then 0 else 1 end,
                round(false_churn_rate + missed_churn_rate, 12),
                silent_days
        ) as errors_rank
    from rates

),

thresholds_marked as (

    select
        *,
        errors_rank = 1 and has_errors_known as has_least_errors,
        case
            when breakdown = 'contract' and silent_days = 0 then 'contract_end'
            when breakdown != 'contract' and silent_days = first_unlikely_day then 'return_rate'
            when breakdown != 'contract' and first_unlikely_day is null and errors_rank = 1 and has_errors_known
                then 'least_errors'
        end as chosen_by
    from rates_ranked

),

churn_thresholds as (

    select
        -- strings
        breakdown,
        orders_band,
        product_category,
        chosen_by,

        -- numerics
        silent_days,
        horizon_days,
        silences_count,
        still_silent_count,
        mature_silences_count,
        return_rate,
        {{ incidence_limit('return_rate', 'return_variance', 'still_silent_count', -1) }} as return_rate_lower,
        {{ incidence_limit('return_rate', 'return_variance', 'still_silent_count', 1) }} as return_rate_upper,
        churned_snapshots_count,
        churned_returning_count,
        false_churn_rate,
        alive_snapshots_count,
        alive_gone_count,
        missed_churn_rate,

        -- booleans
        chosen_by is not null as is_threshold,
        has_least_errors
    from thresholds_marked

)

select * from churn_thresholds
