-- What is known of each customer who is churned at as_of, as far as the win-back rules ask for it.
-- A measure that no source can tell is NULL, and a rule does not judge by it.
-- One row per customer id.
with

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

customer_consents_resolved as (

    select * from {{ ref('int_customer_consents_resolved') }}

),

customer_contact_points_counted as (

    select * from {{ ref('int_customer_contact_points_counted') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

churned as (

    select
        stage_intervals.customer_id,
        stage_intervals.valid_from_at as churned_at,
        build_clocks_resolved.as_of
    from stage_intervals
    cross join build_clocks_resolved
    where
        stage_intervals.lifecycle_id = 'customer'
        and stage_intervals.stage = 'churned'
        and stage_intervals.is_current

),

last_orders as (

    select
        customer_id,
        max(occurred_at) as last_ordered_at
    from customer_events
    where event_type = 'qualifying_order_placed'
    group by customer_id

),

histories as (

    select
        churned.customer_id,
        count(case when customer_events.event_type = 'qualifying_order_placed' then 1 end) as orders_count,
        cast(sum(case
            when
                customer_events.event_type = 'qualifying_order_placed'
                and {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as int)', 'customer_events.occurred_at') }}
                > last_orders.last_ordered_at
                then customer_events.amount
            else 0
        end) as decimal(18, 4)) as value_before_churn,
        cast(sum(case when customer_events.event_type = 'qualifying_order_placed' then customer_events.amount else 0 end)
            as double) as bought_amount,
        cast(sum(case when customer_events.event_type = 'order_refunded' then customer_events.amount else 0 end)
            as double) as refunded_amount,
        count(case when customer_events.event_type = 'ticket_created' then 1 end)
        - count(case when customer_events.event_type = 'ticket_solved' then 1 end) as open_tickets_count,
        max(case when customer_events.event_type = 'message_sent' then customer_events.occurred_at end)
            as last_message_at
    from churned
    inner join customer_events
        on churned.customer_id = customer_events.customer_id
    inner join last_orders
        on churned.customer_id = last_orders.customer_id
    inner join thresholds
        on thresholds.threshold_id = 'winback_value_window_days'
    group by churned.customer_id

),

churned_customers_measured as (

    select
        churned.customer_id,
        churned.churned_at,
        churned.as_of,
        last_orders.last_ordered_at,
        histories.orders_count,
        histories.value_before_churn,
        histories.refunded_amount / nullif(histories.bought_amount, 0) as refund_rate,
        histories.open_tickets_count,
        {{ dbt.datediff('last_orders.last_ordered_at', 'churned.as_of', 'day') }} as days_since_last_order,
        {{ dbt.datediff('histories.last_message_at', 'churned.as_of', 'day') }} as days_since_last_message,
        customer_contact_points_counted.contact_points_count,
        customer_consents_resolved.has_withdrawn_consent
    from churned
    inner join histories
        on churned.customer_id = histories.customer_id
    inner join last_orders
        on churned.customer_id = last_orders.customer_id
    left join customer_contact_points_counted
        on churned.customer_id = customer_contact_points_counted.customer_id
    left join customer_consents_resolved
        on churned.customer_id = customer_consents_resolved.customer_id

)

select * from churned_customers_measured
