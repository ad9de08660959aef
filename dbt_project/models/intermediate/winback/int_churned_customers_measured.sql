-- What is known of each customer who is churned at as_of, as far as the win-back rules ask for it.
-- A measure that no source can tell is NULL, and a rule does not judge by it.
-- One row per customer id.
with

churned_customers_found as (

    select * from {{ ref('int_churned_customers_found') }}

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

open_tickets_counted as (

    select * from {{ ref('int_open_tickets_counted') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

events_of_churned as (

    select
        customer_events.*,
        cast(thresholds.threshold_value as integer) as value_window_days,
        max(case when customer_events.event_type = 'qualifying_order_placed' then customer_events.occurred_at end)
            over (partition by customer_events.customer_id) as last_ordered_at
    from churned_customers_found
    inner join customer_events
        on churned_customers_found.customer_id = customer_events.customer_id
    inner join thresholds
        on thresholds.threshold_id = 'winback_value_window_days'

),

histories as (

    select
        customer_id,
        max(last_ordered_at) as last_ordered_at,
        max(case when event_type = 'message_sent' then occurred_at end) as last_message_at,
        count(case when event_type = 'qualifying_order_placed' then 1 end) as orders_count,
        coalesce(
            sum(case when event_type = 'order_paid' then amount end),
            sum(case when event_type = 'qualifying_order_placed' then amount else 0 end)
        ) as received_amount,
        sum(case when event_type = 'order_refunded' then amount else 0 end) as refunded_amount,
        sum(case
            when
                event_type = 'qualifying_order_placed'
                and {{ dbt.dateadd('day', 'value_window_days', 'occurred_at') }} > last_ordered_at
                then amount
            else 0
        end) as value_before_churn
    from events_of_churned
    group by customer_id

),

permissions as (

    select
        customer_id,
        max(case when channel = 'all' and not is_granted then 1 else 0 end) = 1
        or max(case when is_granted then 1 else 0 end) = 0 as has_withdrawn_consent
    from customer_consents_resolved
    group by customer_id

),

churned_customers_measured as (

    select
        churned_customers_found.*,
        histories.last_ordered_at,
        histories.orders_count,
        cast(histories.value_before_churn as decimal(18, 4)) as value_before_churn,
        case
            when histories.received_amount > 0
                then least(1, histories.refunded_amount / cast(histories.received_amount as double))
        end as refund_rate,
        coalesce(open_tickets_counted.open_tickets_count, 0) as open_tickets_count,
        {{ dbt.datediff(
            'histories.last_ordered_at', 'churned_customers_found.as_of', 'day'
        ) }} as days_since_last_order,
        {{ dbt.datediff(
            'histories.last_message_at', 'churned_customers_found.as_of', 'day'
        ) }} as days_since_last_message,
        customer_contact_points_counted.contact_points_count,
        permissions.has_withdrawn_consent
    from churned_customers_found
    left join histories
        on churned_customers_found.customer_id = histories.customer_id
    left join open_tickets_counted
        on churned_customers_found.customer_id = open_tickets_counted.customer_id
    left join permissions
        on churned_customers_found.customer_id = permissions.customer_id
    left join customer_contact_points_counted
        on churned_customers_found.customer_id = customer_contact_points_counted.customer_id

)

select * from churned_customers_measured
