-- How many went on from step to step of a funnel, by four rates that stand side by side: of all who entered, of those
-- whose story has ended, of those whose whole window is over, and by cumulative incidence.
-- One row per funnel id, mode, step number, measured from, cohort grain, cohort start date, breakdown and its value.
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

curves_summed as (

    select
        walk_number,
        step_number,
        measured_from,
        cohort_number,
        sum(converted_count + lost_count + expired_count + open_count) as entered_count,
        sum(converted_count) as converted_count,
        sum(lost_count) as lost_count,
        sum(expired_count) as expired_count,
        sum(open_count) as open_count,
        sum(mature_count) as mature_count,
        sum(mature_converted_count) as mature_converted_count,
        max(duration) as watched_duration,
        max(converted_share) as converted_share,
        max_by(converted_variance, duration) as converted_variance
    from funnel_incidence_estimated
    group by walk_number, step_number, measured_from, cohort_number

),

{# Where nothing ends an attempt, nobody knows who is lost. #}
curves_of_walks as (

    select
        curves_summed.*,
        walks.funnel_id,
        walks.mode,
        walks.step,
        curves_summed.watched_duration * walks.resolution_seconds / cast(86400 as double) as watched_days,
        case
            when walks.exit_event_types is not null or walks.interrupted_by is not null
                then curves_summed.lost_count
        end as known_lost_count
    from curves_summed
    inner join funnel_walks_compiled as walks
        on curves_summed.walk_number = walks.walk_number and curves_summed.step_number = walks.step_number

),

funnel_conversion as (

    select
        -- ids
        {{ surrogate_key([
            'curves.funnel_id', 'curves.mode', 'curves.step_number', 'curves.measured_from', 'cohorts.cohort_grain',
            'cohorts.cohort_start_date', 'cohorts.breakdown', 'cohorts.breakdown_value'
        ]) }} as funnel_conversion_id,
        curves.funnel_id,

        -- strings
        curves.mode,
        curves.step,
        curves.measured_from,
        cohorts.cohort_grain,
        cohorts.breakdown,
        cohorts.breakdown_value,

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

        -- dates
        cohorts.cohort_start_date
    from curves_of_walks as curves
    inner join funnel_cohorts_numbered as cohorts
        on curves.cohort_number = cohorts.cohort_number

)

select * from funnel_conversion
