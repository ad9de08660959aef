-- On which days after its first order a new customer was active, by the metrics that are told by day: day n is the n-th
-- span of 24 hours, from 0 on. Day 0 is active by itself, for then it ordered.
-- Told are those who have been watched for all the days that a curve needs, so that for nobody the end is missing.
-- One row per metric id, customer id and day.
with

metrics as (

    select * from {{ ref('metrics') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

watched_customers as (

    select
        metrics.metric_id,
        metrics.event_types,
        customers.customer_id,
        customers.acquisition_channel,
        customers.is_b2b,
        customers.first_ordered_at,
        {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'customers.first_ordered_at') }}
            as watched_until_at
    from metrics
    cross join customers
    inner join thresholds
        on thresholds.threshold_id = 'retention_curve_watched_days'
    inner join build_clocks_resolved
        on
            {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'customers.first_ordered_at') }}
            <= build_clocks_resolved.as_of
    where metrics.period_unit = 'day'

),

days_active as (

    select
        metric_id,
        customer_id,
        acquisition_channel,
        is_b2b,
        0 as day_number
    from watched_customers
    union all
    select
        watched.metric_id,
        watched.customer_id,
        watched.acquisition_channel,
        watched.is_b2b,
        cast(floor({{ dbt.datediff(
            'watched.first_ordered_at', 'events.occurred_at', 'second'
        ) }} / cast(86400 as double)) as integer)
    from watched_customers as watched
    inner join customer_events as events
        on
            watched.customer_id = events.customer_id
            and watched.first_ordered_at <= events.occurred_at
            and watched.watched_until_at > events.occurred_at
            and {{ is_listed('events.event_type', 'watched.event_types') }}

),

new_customer_days_found as (

    select distinct
        metric_id,
        customer_id,
        acquisition_channel,
        is_b2b,
        day_number
    from days_active

)

select * from new_customer_days_found
