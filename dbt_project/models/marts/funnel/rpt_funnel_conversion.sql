-- How many went on from step to step of a funnel: of all, of those whose story has ended, and within the window.
-- One row per funnel id, mode, step number, cohort grain, cohort start date, breakdown and breakdown value.
with

funnel_steps_reached as (

    select * from {{ ref('int_funnel_steps_reached') }}

),

funnel_cohorts_grouped as (

    select * from {{ ref('int_funnel_cohorts_grouped') }}

),

cohort_members as (

    select
        funnel_cohorts_grouped.cohort_grain,
        funnel_cohorts_grouped.cohort_start_date,
        funnel_cohorts_grouped.breakdown,
        funnel_cohorts_grouped.breakdown_value,
        funnel_steps_reached.*
    from funnel_cohorts_grouped
    inner join funnel_steps_reached
        on funnel_cohorts_grouped.attempt_id = funnel_steps_reached.attempt_id

),

steps_counted as (

    select
        funnel_id,
        step_number,
        step,
        cohort_grain,
        cohort_start_date,
        breakdown,
        breakdown_value,
        count(*) as started_count,
        count(case when has_entered then 1 end) as entered_count,
        count(case when has_converted then 1 end) as converted_count,
        case when count(is_lost) > 0 then count(case when is_lost then 1 end) end as lost_count,
        count(case when has_entered and is_mature then 1 end) as mature_count,
        count(case when has_converted and is_mature then 1 end) as mature_converted_count
    from cohort_members
    group by funnel_id, step_number, step, cohort_grain, cohort_start_date, breakdown, breakdown_value

),

funnel_conversion as (

    select
        -- ids
        {{ surrogate_key([
            'funnel_id', 'step_number', 'cohort_grain', 'cohort_start_date', 'breakdown', 'breakdown_value'
        ]) }} as funnel_conversion_id,
        funnel_id,

        -- strings
        'ordered' as mode,
        step,
        cohort_grain,
        breakdown,
        breakdown_value,

        -- numerics
        cast(step_number as integer) as step_number,
        cast(started_count as bigint) as started_count,
        cast(entered_count as bigint) as entered_count,
        cast(converted_count as bigint) as converted_count,
        cast(lost_count as bigint) as lost_count,
        cast(mature_count as bigint) as mature_count,
        cast(mature_converted_count as bigint) as mature_converted_count,
        converted_count / nullif(cast(entered_count as double), 0) as naive_rate,
        {{ wilson_limit('converted_count', 'entered_count', -1) }} as naive_rate_lower,
        {{ wilson_limit('converted_count', 'entered_count', 1) }} as naive_rate_upper,
        converted_count / nullif(cast(converted_count + lost_count as double), 0) as closed_only_rate,
        {{ wilson_limit('converted_count', '(converted_count + lost_count)', -1) }} as closed_only_rate_lower,
        {{ wilson_limit('converted_count', '(converted_count + lost_count)', 1) }} as closed_only_rate_upper,
        mature_converted_count / nullif(cast(mature_count as double), 0) as window_rate,
        {{ wilson_limit('mature_converted_count', 'mature_count', -1) }} as window_rate_lower,
        {{ wilson_limit('mature_converted_count', 'mature_count', 1) }} as window_rate_upper,

        -- booleans
        entered_count > 0 and mature_count >= 0.8 * entered_count as is_mature,

        -- dates
        cohort_start_date
    from steps_counted

)

select * from funnel_conversion
