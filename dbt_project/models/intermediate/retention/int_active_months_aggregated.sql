-- The months in which a customer was active, for each definition of activity that the metrics name.
-- One row per metric id, customer id and month.
with

metrics as (

    select * from {{ ref('metrics') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

active_months_aggregated as (

    select
        metrics.metric_id,
        customer_events.customer_id,
        cast({{ dbt.date_trunc('month', 'customer_events.occurred_at') }} as date) as month_start_date
    from metrics
    inner join customer_events
        on
            metrics.period_unit = 'month'
            and {{ is_listed('customer_events.event_type', 'metrics.event_types') }}
    where customer_events.customer_id is not null
    group by 1, 2, 3

)

select * from active_months_aggregated
