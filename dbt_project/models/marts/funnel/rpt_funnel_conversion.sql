-- How many went on from step to step of a funnel, by four rates that stand side by side: of all who entered, of those
-- converted or lost, of those whose whole window is over, and by cumulative incidence. And how far each value of a
-- breakdown lies from all others.
-- One row per funnel id, mode, step number, measured from, cohort grain, cohort start date, breakdown and its value.
with

funnel_curves_summed as (

    select * from {{ ref('int_funnel_curves_summed') }}

),

funnel_conversion as (

    select
        -- ids
        {{ surrogate_key([
            'curves.funnel_id', 'curves.mode', 'curves.step_number', 'curves.measured_from', 'curves.cohort_grain',
            'curves.cohort_start_date', 'curves.breakdown', 'curves.breakdown_value'
        ]) }} as funnel_conversion_id,
        curves.funnel_id,

        -- strings
        curves.mode,
        curves.step,
        curves.measured_from,
        curves.cohort_grain,
        curves.breakdown,
        curves.breakdown_value,

        -- numerics
        cast(curves.step_number as integer) as step_number,
        cast(curves.entered_count as bigint) as entered_count,
        cast(curves.converted_count as bigint) as converted_count,
        cast(curves.known_lost_count as bigint) as lost_count,
        cast(curves.expired_count as bigint) as expired_count,
        cast(curves.open_count as bigint) as open_count,
        cast(curves.mature_count as bigint) as mature_count,
        cast(curves.mature_converted_count as bigint) as mature_converted_count,
        curves.converted_count / cast(curves.entered_count as double) as naive_rate,
        {{ wilson_limit('curves.converted_count', 'curves.entered_count', -1) }} as naive_rate_lower,
        {{ wilson_limit('curves.converted_count', 'curves.entered_count', 1) }} as naive_rate_upper,
        curves.converted_count / nullif(cast(curves.converted_count + curves.known_lost_count as double), 0)
            as closed_only_rate,
        {{ wilson_limit('curves.converted_count', '(curves.converted_count + curves.known_lost_count)', -1) }}
            as closed_only_rate_lower,
        {{ wilson_limit('curves.converted_count', '(curves.converted_count + curves.known_lost_count)', 1) }}
            as closed_only_rate_upper,
        curves.mature_converted_count / nullif(cast(curves.mature_count as double), 0) as window_rate,
        {{ wilson_limit('curves.mature_converted_count', 'curves.mature_count', -1) }} as window_rate_lower,
        {{ wilson_limit('curves.mature_converted_count', 'curves.mature_count', 1) }} as window_rate_upper,
        cast(curves.rest_mature_count as bigint) as rest_mature_count,
        cast(curves.rest_mature_converted_count as bigint) as rest_mature_converted_count,
        curves.mature_converted_count / nullif(cast(curves.mature_count as double), 0)
        - curves.rest_mature_converted_count / nullif(cast(curves.rest_mature_count as double), 0)
            as window_rate_difference,
        {% for limit, side in [('lower', -1), ('upper', 1)] -%}
            {{ difference_limit(
                'curves.mature_converted_count', 'curves.mature_count',
                'curves.rest_mature_converted_count', 'curves.rest_mature_count', side
            ) }} as window_rate_difference_{{ limit }},
        {% endfor -%}
        round(curves.converted_share, 12) as cumulative_incidence_rate,
        round(
            {{ incidence_limit('curves.converted_share', 'curves.converted_variance', 'curves.entered_count', -1) }}, 12
        ) as cumulative_incidence_rate_lower,
        round(
            {{ incidence_limit('curves.converted_share', 'curves.converted_variance', 'curves.entered_count', 1) }}, 12
        ) as cumulative_incidence_rate_upper,
        curves.watched_days,

        -- booleans
        curves.mature_count >= 0.8 * curves.entered_count as is_mature,
        curves.is_told_at_entry,

        -- dates
        curves.cohort_start_date
    from funnel_curves_summed as curves

)

select * from funnel_conversion
