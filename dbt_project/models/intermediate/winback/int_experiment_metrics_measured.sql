{%- set rates = {'recall_rate': 'recalled_count', 'harm_rate': 'harmed_count'} -%}
{%- set amounts = ['contribution_amount', 'service_cost_amount', 'net_value_amount'] -%}
-- Each metric of each arm of an experiment, over those whose horizon is over: a rate's numerator, a mean and the
-- variance of that mean. The adjusted net value is what it would be had the arm brought as much before as both
-- arms did.
-- One row per experiment id, segment type, segment, arm and metric.
with

experiment_arms_summed as (

    select * from {{ ref('int_experiment_arms_summed') }}

),

experiment_adjustments_estimated as (

    select * from {{ ref('int_experiment_adjustments_estimated') }}

),

arms_centred as (

    select
        arms.*,
        adjustments.theta,
        adjustments.mean_prior_amount,
        cast(arms.mature_count as double) as n,
        {{ centred_sum('arms.prior_squares', 'arms.prior_sum', 'arms.prior_sum', 'arms.mature_count') }}
            as prior_deviation,
        {% for amount in amounts -%}
            {{ centred_sum(
                'arms.' ~ amount ~ '_squares', 'arms.' ~ amount ~ '_sum', 'arms.' ~ amount ~ '_sum', 'arms.mature_count'
            ) }} as {{ amount }}_deviation,
        {% endfor -%}
        {{ centred_sum(
            'arms.net_value_prior_products', 'arms.net_value_amount_sum', 'arms.prior_sum', 'arms.mature_count'
        ) }} as net_value_prior_deviation
    from experiment_arms_summed as arms
    inner join experiment_adjustments_estimated as adjustments
        on
            arms.experiment_id = adjustments.experiment_id
            and arms.segment_type = adjustments.segment_type
            and arms.segment = adjustments.segment
    where arms.mature_count > 0

),

arms_adjusted as (

    select
        *,
        net_value_amount_deviation + theta * theta * prior_deviation as greatest_deviation,
        net_value_amount_deviation + theta * theta * prior_deviation - 2 * theta * net_value_prior_deviation
            as adjusted_deviation
    from arms_centred

),

experiment_metrics_measured as (

    {% for metric, count in rates.items() -%}
        select
            experiment_id,
            segment_type,
            segment,
            arm,
            '{{ metric }}' as metric,
            mature_count,
            {{ count }} as rate_count,
            {{ count }} / n as metric_value,
            cast(null as double) as mean_variance
        from arms_adjusted
        union all
    {% endfor -%}
    {% for amount in amounts -%}
        select
            experiment_id,
            segment_type,
            segment,
            arm,
            '{{ amount }}',
            mature_count,
            cast(null as bigint),
            cast({{ amount }}_sum as double) / n,
            {{ amount }}_deviation / nullif(n - 1, 0) / n
        from arms_adjusted
        union all
    {% endfor -%}
    select
        experiment_id,
        segment_type,
        segment,
        arm,
        'net_value_amount_adjusted',
        mature_count,
        cast(null as bigint),
        cast(net_value_amount_sum as double) / n - theta * (cast(prior_sum as double) / n - mean_prior_amount),
        case when adjusted_deviation > 1e-12 * greatest_deviation then adjusted_deviation else 0e0 end
        / nullif(n - 1, 0) / n
    from arms_adjusted

)

select * from experiment_metrics_measured
