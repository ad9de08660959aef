-- After how many days a share of those who entered has converted, and a share of those who convert at all; whoever is
-- open counts for as long as it has been watched.
-- One row per funnel id, mode, step number, measured from, cohort, breakdown, its value and quantile.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_incidence_estimated as (

    select * from {{ ref('int_funnel_incidence_estimated') }}

),

funnel_cohorts_numbered as (

    select * from {{ ref('int_funnel_cohorts_numbered') }}

),

curves as (

    select
        incidence.*,
        round(incidence.converted_share, 12) as share,
        max(incidence.at_risk_count) over (
            partition by incidence.walk_number, incidence.step_number, incidence.measured_from, incidence.cohort_number
        ) as entered_count,
        round(max(incidence.converted_share) over (
            partition by incidence.walk_number, incidence.step_number, incidence.measured_from, incidence.cohort_number
        ), 12) as last_share
    from funnel_incidence_estimated as incidence
    inner join funnel_cohorts_numbered as cohorts
        on incidence.cohort_number = cohorts.cohort_number
    where
        incidence.step_number > 1
        and (cohorts.cohort_grain = 'all' or (cohorts.cohort_grain = 'month' and cohorts.breakdown = 'all'))

),

curves_with_limits as (

    select
        *,
        round({{ incidence_limit('converted_share', 'converted_variance', 'entered_count', -1) }}, 12) as lower_limit,
        round({{ incidence_limit('converted_share', 'converted_variance', 'entered_count', 1) }}, 12) as upper_limit
    from curves

),

quantiles as (
    {% for quantile in [0.25, 0.5, 0.75, 0.9] %}
        select cast({{ quantile }} as double) as quantile
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

durations_read as (

    select
        curves.walk_number,
        curves.step_number,
        curves.measured_from,
        curves.cohort_number,
        quantiles.quantile,
        sum(curves.converted_count) as converted_count,
        min(case when curves.share >= quantiles.quantile then curves.duration end) as of_entered,
        min(case when curves.upper_limit >= quantiles.quantile then curves.duration end) as of_entered_lower,
        min(case when curves.lower_limit >= quantiles.quantile then curves.duration end) as of_entered_upper,
        min(
            case
                when curves.share > 0 and curves.share >= quantiles.quantile * curves.last_share then curves.duration
            end
        ) as of_converted
    from curves_with_limits as curves
    cross join quantiles
    group by
        curves.walk_number,
        curves.step_number,
        curves.measured_from,
        curves.cohort_number,
        quantiles.quantile

),

funnel_time_to_convert as (

    select
        -- ids
        {{ surrogate_key([
            'walks.funnel_id', 'walks.mode', 'walks.step_number', 'durations.measured_from', 'cohorts.cohort_grain',
            'cohorts.cohort_start_date', 'cohorts.breakdown', 'cohorts.breakdown_value',
            'cast(100 * durations.quantile as integer)'
        ]) }} as funnel_time_to_convert_id,
        walks.funnel_id,

        -- strings
        walks.mode,
        walks.step,
        durations.measured_from,
        cohorts.cohort_grain,
        cohorts.breakdown,
        cohorts.breakdown_value,

        -- numerics
        walks.step_number,
        durations.quantile,
        cast(durations.converted_count as bigint) as converted_count,
        {% for days in ['of_entered', 'of_entered_lower', 'of_entered_upper', 'of_converted'] -%}
            durations.{{ days }} * walks.resolution_seconds / cast(86400 as double) as days_{{ days }},
        {% endfor %}
        -- dates
        cohorts.cohort_start_date
    from durations_read as durations
    inner join funnel_walks_compiled as walks
        on durations.walk_number = walks.walk_number and durations.step_number = walks.step_number
    inner join funnel_cohorts_numbered as cohorts
        on durations.cohort_number = cohorts.cohort_number

)

select * from funnel_time_to_convert
