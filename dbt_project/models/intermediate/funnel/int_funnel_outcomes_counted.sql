-- How many attempts had which outcome after how long, in each cohort.
-- An attempt counts in the cohorts of all its breakdowns. So what it counts for at a step is told in two numbers, and
-- each group is spread over columns after it is counted: many narrow rows are joined, few wide ones are written.
-- One row per walk number, step number, measured from, cohort number and duration.
with

funnel_steps_timed as (

    select * from {{ ref('int_funnel_steps_timed') }}

),

funnel_breakdowns_resolved as (

    select * from {{ ref('int_funnel_breakdowns_resolved') }}

),

funnel_cohorts_numbered as (

    select * from {{ ref('int_funnel_cohorts_numbered') }}

),

{# One equality per column: a condition that chooses between month and week would pair an attempt with every cohort. #}
memberships as (

    select
        breakdowns.attempt_id,
        cohorts.cohort_number
    from funnel_breakdowns_resolved as breakdowns
    inner join funnel_cohorts_numbered as cohorts
        on
            breakdowns.breakdown = cohorts.breakdown
            and breakdowns.breakdown_value = cohorts.breakdown_value
            and breakdowns.started_month_date = cohorts.cohort_start_date
            and cohorts.cohort_grain = 'month'
    union all
    select
        breakdowns.attempt_id,
        cohorts.cohort_number
    from funnel_breakdowns_resolved as breakdowns
    inner join funnel_cohorts_numbered as cohorts
        on
            breakdowns.breakdown = cohorts.breakdown
            and breakdowns.breakdown_value = cohorts.breakdown_value
            and breakdowns.started_week_date = cohorts.cohort_start_date
            and cohorts.cohort_grain = 'week'

),

steps_coded as (

    select
        attempt_id,
        cast(walk_number * 32 + step_number * 2 + case when measured_from = 'start' then 0 else 1 end as integer)
            as curve_code,
        cast(
            duration * 8
            + case outcome when 'converted' then 0 when 'lost' then 2 when 'expired' then 4 when 'open' then 6 end
            + case when is_mature then 1 else 0 end as bigint
        ) as outcome_code
    from funnel_steps_timed

),

coded_outcomes_counted as (

    select
        steps.curve_code,
        memberships.cohort_number,
        steps.outcome_code,
        count(*) as attempts_count
    from steps_coded as steps
    inner join memberships
        on steps.attempt_id = memberships.attempt_id
    group by steps.curve_code, memberships.cohort_number, steps.outcome_code

),

outcomes_decoded as (

    select
        curve_code,
        cohort_number,
        cast(floor(outcome_code / 8) as integer) as duration,
        case when outcome_code % 8 in (0, 1) then attempts_count else 0 end as converted_count,
        case when outcome_code % 8 in (2, 3) then attempts_count else 0 end as lost_count,
        case when outcome_code % 8 in (4, 5) then attempts_count else 0 end as expired_count,
        case when outcome_code % 8 in (6, 7) then attempts_count else 0 end as open_count,
        case when outcome_code % 2 = 1 then attempts_count else 0 end as mature_count,
        case when outcome_code % 8 = 1 then attempts_count else 0 end as mature_converted_count
    from coded_outcomes_counted

),

outcomes_of_cohorts as (

    select * from outcomes_decoded
    union all
    select
        outcomes.curve_code,
        cohorts.whole_cohort_number,
        outcomes.duration,
        outcomes.converted_count,
        outcomes.lost_count,
        outcomes.expired_count,
        outcomes.open_count,
        outcomes.mature_count,
        outcomes.mature_converted_count
    from outcomes_decoded as outcomes
    inner join funnel_cohorts_numbered as cohorts
        on outcomes.cohort_number = cohorts.cohort_number
    where cohorts.cohort_grain = 'month'

),

funnel_outcomes_counted as (

    select
        cast(floor(curve_code / 32) as integer) as walk_number,
        cast(floor(curve_code % 32 / 2) as integer) as step_number,
        case when curve_code % 2 = 0 then 'start' else 'step_before' end as measured_from,
        cohort_number,
        duration,
        cast(sum(converted_count) as bigint) as converted_count,
        cast(sum(lost_count) as bigint) as lost_count,
        cast(sum(expired_count) as bigint) as expired_count,
        cast(sum(open_count) as bigint) as open_count,
        cast(sum(mature_count) as bigint) as mature_count,
        cast(sum(mature_converted_count) as bigint) as mature_converted_count
    from outcomes_of_cohorts
    group by curve_code, cohort_number, duration

)

select * from funnel_outcomes_counted
