-- Each curve summed up: how many entered a step and what became of them, beside those of the same cohort with another
-- value of the breakdown.
-- One row per walk number, step number, measured from and cohort number.
with

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

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

{# Where nothing ends an attempt, nobody knows who is lost. All attempts are told together: less those of a value they
are the rest. #}
funnel_curves_summed as (

    select
        curves.*,
        walks.funnel_id,
        walks.mode,
        walks.step,
        cohorts.cohort_grain,
        cohorts.cohort_start_date,
        cohorts.breakdown,
        cohorts.breakdown_value,
        {% for count in ['mature_count', 'mature_converted_count'] -%}
            max(case when cohorts.breakdown = 'all' then curves.{{ count }} end) over (
                partition by
                    curves.walk_number,
                    curves.step_number,
                    curves.measured_from,
                    cohorts.cohort_grain,
                    cohorts.cohort_start_date
            ) - case
                when cohorts.breakdown != 'all' and curves.step_number > 1 then curves.{{ count }}
            end as rest_{{ count }},
        {% endfor -%}
        cohorts.breakdown = 'all'
        or breakdowns.at_step = 'first'
        or coalesce(
            curves.measured_from = 'step_before'
            and walks.step_before >= {{ dbt.safe_cast('breakdowns.at_step', 'integer') }},
            false
        ) as is_told_at_entry,
        curves.watched_duration * walks.resolution_seconds / cast(86400 as double) as watched_days,
        case
            when walks.exit_event_types is not null or walks.interrupted_by is not null
                then curves.lost_count
        end as known_lost_count
    from curves
    inner join funnel_walks_compiled as walks
        on curves.walk_number = walks.walk_number and curves.step_number = walks.step_number
    inner join funnel_cohorts_numbered as cohorts
        on curves.cohort_number = cohorts.cohort_number
    left join funnel_breakdowns as breakdowns
        on walks.funnel_id = breakdowns.funnel_id and cohorts.breakdown = breakdowns.breakdown

)

select * from funnel_curves_summed
