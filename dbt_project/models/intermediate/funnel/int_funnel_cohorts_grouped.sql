-- The cohorts and breakdowns in which each attempt is counted: all and by start month, as one and by channel.
-- One row per attempt id, cohort grain and breakdown.
with

funnel_attempts as (

    select * from {{ ref('fct_funnel_attempts') }}

),

attempts_with_breakdown as (

    select
        attempt_id,
        started_at,
        'all' as breakdown,
        'all' as breakdown_value
    from funnel_attempts
    union all
    select
        attempt_id,
        started_at,
        'channel',
        coalesce(channel, 'unknown')
    from funnel_attempts

),

funnel_cohorts_grouped as (

    select
        attempt_id,
        breakdown,
        breakdown_value,
        'all' as cohort_grain,
        cast(null as date) as cohort_start_date
    from attempts_with_breakdown
    union all
    select
        attempt_id,
        breakdown,
        breakdown_value,
        'month',
        cast({{ dbt.date_trunc('month', 'started_at') }} as date)
    from attempts_with_breakdown

)

select * from funnel_cohorts_grouped
