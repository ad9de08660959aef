-- How many customers were active on one day and next on another one, for each metric that is told by month.
-- The first active day has none before it, the last one none after it. From these pairs of days every period can be
-- counted without looking at customers again.
-- One row per metric id, active day and next active day.
with

metrics as (

    select * from {{ ref('metrics') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

active_days as (

    select distinct
        metrics.metric_id,
        customer_events.customer_id,
        cast(customer_events.occurred_at as date) as active_date
    from metrics
    inner join customer_events
        on
            metrics.period_unit = 'month'
            and {{ is_listed('customer_events.event_type', 'metrics.event_types') }}
    where customer_events.customer_id is not null

),

active_days_in_order as (

    select
        metric_id,
        active_date,
        lag(active_date) over (
            partition by metric_id, customer_id
            order by active_date
        ) as previous_active_date,
        lead(active_date) over (
            partition by metric_id, customer_id
            order by active_date
        ) as next_active_date
    from active_days

),

pairs as (

    select
        metric_id,
        previous_active_date as active_date,
        active_date as next_active_date
    from active_days_in_order
    union all
    select
        metric_id,
        active_date,
        next_active_date
    from active_days_in_order
    where next_active_date is null

),

active_days_paired as (

    select
        metric_id,
        active_date,
        next_active_date,
        count(*) as customers_count
    from pairs
    group by metric_id, active_date, next_active_date

)

select * from active_days_paired
