-- Of the customers who began in a month, how many were active in each month since: the full triangle.
-- A month that is not over by as_of shows who was active so far, but has no rate.
-- One row per metric id, kind, cohort month and months since start.
with

active_months_aggregated as (

    select * from {{ ref('int_active_months_aggregated') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

starts as (

    select
        metric_id,
        customer_id,
        min(month_start_date) as cohort_month_start_date
    from active_months_aggregated
    group by metric_id, customer_id

),

cohorts as (

    select
        metric_id,
        cohort_month_start_date,
        count(*) as cohort_customers_count
    from starts
    group by metric_id, cohort_month_start_date

),

activity as (

    select
        starts.metric_id,
        starts.cohort_month_start_date,
        active_months_aggregated.month_start_date,
        count(*) as retained_customers_count
    from starts
    inner join active_months_aggregated
        on
            starts.metric_id = active_months_aggregated.metric_id
            and starts.customer_id = active_months_aggregated.customer_id
    group by starts.metric_id, starts.cohort_month_start_date, active_months_aggregated.month_start_date

),

triangle as (

    select
        cohorts.metric_id,
        cohorts.cohort_month_start_date,
        cohorts.cohort_customers_count,
        months_spined.month_start_date,
        {{ dbt.datediff('cohorts.cohort_month_start_date', 'months_spined.month_start_date', 'month') }}
            as months_since_start,
        coalesce(activity.retained_customers_count, 0) as retained_customers_count,
        build_clocks_resolved.as_of >= months_spined.next_month_start_date as is_mature
    from cohorts
    inner join months_spined
        on cohorts.cohort_month_start_date <= months_spined.month_start_date
    cross join build_clocks_resolved
    left join activity
        on
            cohorts.metric_id = activity.metric_id
            and cohorts.cohort_month_start_date = activity.cohort_month_start_date
            and months_spined.month_start_date = activity.month_start_date

),

retention_cohorts as (

    select
        -- ids
        metric_id,

        -- strings
        'on' as retention_kind,

        -- numerics
        cast(months_since_start as integer) as months_since_start,
        cast(cohort_customers_count as bigint) as cohort_customers_count,
        cast(retained_customers_count as bigint) as retained_customers_count,
        case when is_mature then retained_customers_count / cast(cohort_customers_count as double) end
            as retention_rate,
        case when is_mature then {{ wilson_limit('retained_customers_count', 'cohort_customers_count', -1) }} end
            as retention_rate_lower,
        case when is_mature then {{ wilson_limit('retained_customers_count', 'cohort_customers_count', 1) }} end
            as retention_rate_upper,

        -- booleans
        is_mature,

        -- dates
        cohort_month_start_date,
        month_start_date
    from triangle

)

select * from retention_cohorts
