{%- set metrics = [
    'recall_rate', 'harm_rate', 'contribution_amount', 'service_cost_amount', 'net_value_amount',
    'net_value_amount_adjusted',
] -%}
-- What each experiment did, by intent to treat: of all who were drawn, whether contacted or not, the treated less
-- the held out, over those whose horizon is over. Without a control there is no difference to tell.
-- One row per experiment id, metric, segment type and segment.
with

experiments_counted as (

    select * from {{ ref('int_experiments_counted') }}

),

experiment_metrics_measured as (

    select * from {{ ref('int_experiment_metrics_measured') }}

),

experiment_adjustments_estimated as (

    select * from {{ ref('int_experiment_adjustments_estimated') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

metrics as (

    {% for metric in metrics -%}
        select
            '{{ metric }}' as metric,
            {{ 'true' if metric.endswith('_rate') else 'false' }} as is_rate
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

experiments_with_sides as (

    select
        counted.*,
        metrics.metric,
        case when metrics.is_rate then coalesce(treated.rate_count, 0) end as treatment_rate_count,
        case when metrics.is_rate then coalesce(held_out.rate_count, 0) end as control_rate_count,
        treated.metric_value as treatment_value,
        held_out.metric_value as control_value,
        {{ chi_square_p_value('counted.srm_chi_square') }} as srm_p_value,
        case when counted.control_count > 0 then treated.metric_value - held_out.metric_value end as difference,
        treated.mean_variance + held_out.mean_variance as variance,
        power(treated.mean_variance + held_out.mean_variance, 2) / nullif(
            power(treated.mean_variance, 2) / nullif(counted.treatment_count - 1, 0)
            + power(held_out.mean_variance, 2) / nullif(counted.control_count - 1, 0), 0
        ) as degrees_of_freedom
    from experiments_counted as counted
    cross join metrics
    {% for side, arm in [('treated', 'treatment'), ('held_out', 'control')] -%}
        left join experiment_metrics_measured as {{ side }}
            on
                counted.experiment_id = {{ side }}.experiment_id
                and counted.segment_type = {{ side }}.segment_type
                and counted.segment = {{ side }}.segment
                and metrics.metric = {{ side }}.metric
                and {{ side }}.arm = '{{ arm }}'
    {% endfor %}

),

{# Welch's margin; of rates there is none, they have Newcombe's limits. #}
experiments_with_margin as (

    select
        *,
        case when variance > 0 then sqrt(variance) * {{ t_quantile('1.959963984540054', 'degrees_of_freedom') }} end
            as margin
    from experiments_with_sides

),

experiment_effects as (

    select
        -- ids
        sides.experiment_id,
        sides.plan_id,

        -- strings
        sides.metric,
        sides.segment_type,
        sides.segment,

        -- numerics
        sides.wave_number,
        sides.assigned_treatment_count,
        sides.assigned_control_count,
        sides.treatment_count,
        sides.control_count,
        sides.treatment_rate_count,
        sides.control_rate_count,
        {% for arm in ['treatment', 'control'] -%}
            sides.{{ arm }}_value,
            {% for side, bound in [('lower', -1), ('upper', 1)] -%}
                case
                    when sides.{{ arm }}_rate_count is not null
                        then {{ wilson_limit('sides.' ~ arm ~ '_rate_count', 'sides.' ~ arm ~ '_count', bound) }}
                end as {{ arm }}_value_{{ side }},
            {% endfor -%}
        {% endfor -%}
        sides.difference,
        {% for side, sign, bound in [('lower', '-', -1), ('upper', '+', 1)] -%}
            coalesce({{ difference_limit(
                'sides.treatment_rate_count', 'sides.treatment_count', 'sides.control_rate_count',
                'sides.control_count', bound
            ) }}, sides.difference {{ sign }} sides.margin) as difference_{{ side }},
        {% endfor -%}
        case when sides.metric = 'net_value_amount_adjusted' then adjustments.theta end as theta,
        case when sides.metric = 'net_value_amount_adjusted' then adjustments.variance_reduction_rate end
            as variance_reduction_rate,
        sides.planned_treatment_probability,
        sides.srm_chi_square,
        sides.srm_p_value,

        -- booleans
        sides.srm_p_value >= coalesce(winback_plans.srm_alpha, thresholds.threshold_value) as is_srm_valid,
        sides.is_mature,
        sides.has_control
    from experiments_with_margin as sides
    inner join thresholds
        on thresholds.threshold_id = 'experiment_srm_alpha'
    left join winback_plans
        on sides.plan_id = winback_plans.plan_id
    left join experiment_adjustments_estimated as adjustments
        on
            sides.experiment_id = adjustments.experiment_id
            and sides.segment_type = adjustments.segment_type
            and sides.segment = adjustments.segment

)

select * from experiment_effects
