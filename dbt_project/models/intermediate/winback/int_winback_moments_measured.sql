-- What was known of customers at the moments that win-back asks for: now, at a draw, at a return. Only orders
-- before the moment count, so that nothing of what followed tells customers apart.
-- One row per customer id and measured at.
with

winback_customers_found as (

    select * from {{ ref('int_winback_customers_found') }}

),

assignments as (

    select * from {{ ref('fct_assignments') }}

),

returns_found as (

    select * from {{ ref('int_returns_found') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

customer_attributes_joined as (

    select * from {{ ref('int_customer_attributes_joined') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

moments as (

    select
        customer_id,
        as_of as measured_at
    from winback_customers_found
    union
    select
        customer_id,
        assigned_at
    from assignments
    union
    select
        customer_id,
        returned_at
    from returns_found

),

orders_before as (

    select
        moments.customer_id,
        moments.measured_at,
        customer_events.amount,
        customer_events.occurred_at,
        max(customer_events.occurred_at) over (partition by moments.customer_id, moments.measured_at)
            as last_ordered_at
    from moments
    inner join customer_events
        on
            moments.customer_id = customer_events.customer_id
            and moments.measured_at > customer_events.occurred_at
    where customer_events.event_type = 'qualifying_order_placed'

),

orders_summed as (

    select
        orders_before.customer_id,
        orders_before.measured_at,
        count(*) as orders_count,
        sum(case
            when
                {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'orders_before.occurred_at') }}
                > orders_before.last_ordered_at
                then orders_before.amount
            else 0
        end) as value_before_churn,
        max(orders_before.last_ordered_at) as last_ordered_at
    from orders_before
    inner join thresholds
        on thresholds.threshold_id = 'winback_value_window_days'
    group by orders_before.customer_id, orders_before.measured_at

),

winback_moments_measured as (

    select
        moments.customer_id,
        moments.measured_at,
        attributes.birth_period_start_year,
        coalesce(orders_summed.orders_count, 0) as orders_count,
        cast(coalesce(orders_summed.value_before_churn, 0) as decimal(18, 4)) as value_before_churn,
        {{ dbt.datediff(
            'orders_summed.last_ordered_at', 'moments.measured_at', 'day'
        ) }} as days_since_last_order,
        coalesce(attributes.is_b2b, false) as is_b2b,
        orders_summed.last_ordered_at
    from moments
    left join orders_summed
        on
            moments.customer_id = orders_summed.customer_id
            and moments.measured_at = orders_summed.measured_at
    left join customer_attributes_joined as attributes
        on moments.customer_id = attributes.customer_id

)

select * from winback_moments_measured
