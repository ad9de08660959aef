-- What becomes of those who entered a step as time goes by: the shares that have converted, were lost, ran out of time
-- or are still on the way after each duration at which something ended.
-- One row per funnel id, mode, step number, measured from, breakdown, its value and days.
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
        cohorts.breakdown,
        cohorts.breakdown_value,
        walks.funnel_id,
        walks.mode,
        walks.step,
        incidence.duration * walks.resolution_seconds / cast(86400 as double) as days,
        max(incidence.at_risk_count) over (
            partition by incidence.walk_number, incidence.step_number, incidence.measured_from, incidence.cohort_number
        ) as entered_count
    from funnel_incidence_estimated as incidence
    inner join funnel_walks_compiled as walks
        on incidence.walk_number = walks.walk_number and incidence.step_number = walks.step_number
    inner join funnel_cohorts_numbered as cohorts
        on incidence.cohort_number = cohorts.cohort_number
    where cohorts.cohort_grain = 'all' and walks.step_number > 1

),

curves_ahead as (

    select
        *,
        max(converted_share) over (
            partition by walk_number, step_number, measured_from, cohort_number
            order by days range between current row and 7 following
        ) - converted_share as converted_within_7_days,
        max(days) over (partition by walk_number, step_number, measured_from, cohort_number) as watched_days
    from curves

),

funnel_survival as (

    select
        -- ids
        {{ surrogate_key([
            'funnel_id', 'mode', 'step_number', 'measured_from', 'breakdown', 'breakdown_value', 'duration'
        ]) }} as funnel_survival_id,
        funnel_id,

        -- strings
        mode,
        step,
        measured_from,
        breakdown,
        breakdown_value,

        -- numerics
        cast(step_number as integer) as step_number,
        days,
        cast(at_risk_count as bigint) as at_risk_count,
        converted_count,
        lost_count,
        expired_count,
        open_count,
        round(open_share, 12) as open_rate,
        round(
            1 - {{ incidence_limit('(1 - open_share)', 'open_variance', 'entered_count', 1) }}, 12
        ) as open_rate_lower,
        round(
            1 - {{ incidence_limit('(1 - open_share)', 'open_variance', 'entered_count', -1) }}, 12
        ) as open_rate_upper,
        round(converted_share, 12) as converted_rate,
        round({{ incidence_limit('converted_share', 'converted_variance', 'entered_count', -1) }}, 12)
            as converted_rate_lower,
        round({{ incidence_limit('converted_share', 'converted_variance', 'entered_count', 1) }}, 12)
            as converted_rate_upper,
        round(lost_share, 12) as lost_rate,
        round(expired_share, 12) as expired_rate,
        case
            when open_share > 0 and days + 7 <= watched_days then round(converted_within_7_days / open_share, 12)
        end as converted_within_7_days_rate
    from curves_ahead
    where converted_count + lost_count + expired_count > 0

)

select * from funnel_survival
