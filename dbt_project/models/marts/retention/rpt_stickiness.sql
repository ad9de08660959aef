-- On how many days of a month were customers active? Each possible number of days with the customers who had as many.
-- A month that is not over by as_of shows the days so far.
-- One row per metric id, month and number of active days.
with

metrics as (

    select * from {{ ref('metrics') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

days_grouped as (

    select * from {{ ref('int_days_grouped') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

active_days as (

    select
        metrics.metric_id,
        customer_events.customer_id,
        cast({{ dbt.date_trunc('month', 'customer_events.occurred_at') }} as date) as month_start_date,
        count(distinct cast(customer_events.occurred_at as date)) as active_days_count
    from metrics
    inner join customer_events
        on {{ is_listed('customer_events.event_type', 'metrics.event_types') }}
    where customer_events.customer_id is not null
    group by
        metrics.metric_id,
        customer_events.customer_id,
        cast({{ dbt.date_trunc('month', 'customer_events.occurred_at') }} as date)

),

customers_counted as (

    select
        metric_id,
        month_start_date,
        active_days_count,
        count(*) as customers_count,
        sum(count(*)) over (partition by metric_id, month_start_date) as active_customers_count
    from active_days
    group by metric_id, month_start_date, active_days_count

),

active_months as (

    select distinct
        metric_id,
        month_start_date,
        active_customers_count
    from customers_counted

),

{# The n-th day of a month stands for n active days. #}
possible_counts as (

    select
        active_months.metric_id,
        active_months.active_customers_count,
        days.period_start_date as month_start_date,
        days.next_period_start_date,
        row_number() over (
            partition by active_months.metric_id, days.period_start_date
            order by days.day_start_date
        ) as active_days_count
    from days_grouped as days
    inner join active_months
        on
            days.period_unit = 'month'
            and days.period_start_date = active_months.month_start_date

),

stickiness_counted as (

    select
        possible_counts.metric_id,
        possible_counts.month_start_date,
        possible_counts.active_days_count,
        possible_counts.active_customers_count,
        coalesce(customers_counted.customers_count, 0) as customers_count,
        build_clocks_resolved.as_of >= possible_counts.next_period_start_date as is_mature
    from possible_counts
    cross join build_clocks_resolved
    left join customers_counted
        on
            possible_counts.metric_id = customers_counted.metric_id
            and possible_counts.month_start_date = customers_counted.month_start_date
            and possible_counts.active_days_count = customers_counted.active_days_count

),

stickiness as (

    select
        -- ids
        metric_id,

        -- numerics
        cast(active_days_count as integer) as active_days_count,
        cast(customers_count as bigint) as customers_count,
        cast(active_customers_count as bigint) as active_customers_count,
        case when is_mature then customers_count / cast(active_customers_count as double) end as customers_rate,
        case when is_mature then {{ wilson_limit('customers_count', 'active_customers_count', -1) }} end
            as customers_rate_lower,
        case when is_mature then {{ wilson_limit('customers_count', 'active_customers_count', 1) }} end
            as customers_rate_upper,

        -- booleans
        is_mature,

        -- dates
        month_start_date
    from stickiness_counted

)

select * from stickiness
