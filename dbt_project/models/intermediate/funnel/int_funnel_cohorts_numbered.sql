-- The groups whose attempts are told together: by month of start in each breakdown, by week together, of all starts.
-- A cohort of all starts is its months added up, so each month names it.
-- One row per cohort number.
with

funnel_breakdowns_resolved as (

    select * from {{ ref('int_funnel_breakdowns_resolved') }}

),

cohorts as (

    select distinct
        'month' as cohort_grain,
        started_month_date as cohort_start_date,
        breakdown,
        breakdown_value
    from funnel_breakdowns_resolved
    union all
    select distinct
        'week',
        started_week_date,
        breakdown,
        breakdown_value
    from funnel_breakdowns_resolved
    where breakdown = 'all'
    union all
    select distinct
        'all',
        cast(null as date),
        breakdown,
        breakdown_value
    from funnel_breakdowns_resolved

),

cohorts_with_number as (

    select
        *,
        row_number() over (order by breakdown, breakdown_value, cohort_grain, cohort_start_date) as cohort_number
    from cohorts

),

funnel_cohorts_numbered as (

    select
        cast(cohorts.cohort_number as integer) as cohort_number,
        cast(wholes.cohort_number as integer) as whole_cohort_number,
        cohorts.cohort_grain,
        cohorts.breakdown,
        cohorts.breakdown_value,
        cohorts.cohort_start_date
    from cohorts_with_number as cohorts
    inner join cohorts_with_number as wholes
        on
            cohorts.breakdown = wholes.breakdown
            and cohorts.breakdown_value = wholes.breakdown_value
            and wholes.cohort_grain = 'all'

)

select * from funnel_cohorts_numbered
