-- What the past of a customer who is judged for win-back tells of it: refunds, discounts, the effort of serving it,
-- ill words, the last grievance before it fell silent.
-- One row per customer id.
with

winback_customers_found as (

    select * from {{ ref('int_winback_customers_found') }}

),

winback_moments_measured as (

    select * from {{ ref('int_winback_moments_measured') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

contacts as (

    select * from {{ ref('fct_contacts') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

grievances_found as (

    select * from {{ ref('int_grievances_found') }}

),

customer_contributions_summed as (

    select * from {{ ref('int_customer_contributions_summed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

events_summed as (

    select
        events.customer_id,
        count(orders.order_id) as orders_count,
        count(case when orders.discount_amount > 0 then 1 end) as discounted_orders_count,
        coalesce(
            sum(case when events.event_type = 'order_paid' then events.amount end),
            sum(case when events.event_type = 'qualifying_order_placed' then events.amount else 0 end)
        ) as received_amount,
        sum(case when events.event_type = 'order_refunded' then events.amount else 0 end) as refunded_amount
    from winback_customers_found
    inner join customer_events as events
        on winback_customers_found.customer_id = events.customer_id
    left join orders
        on case when events.event_type = 'qualifying_order_placed' then events.source_record_id end = orders.order_id
    group by events.customer_id

),

{# What is owed, such as a receipt, is no message of ours. #}
last_messages as (

    select
        customer_id,
        max(occurred_at) as last_message_at
    from contacts
    where is_counted and contact_type = 'message'
    group by customer_id

),

grievances_ranked as (

    select
        found.customer_id,
        grievances_found.grievance_type,
        {{ dbt.dateadd('day', 'cast(spoken.threshold_value as integer)', 'grievances_found.occurred_at') }}
        > moments.last_ordered_at and grievances_found.grievance_type in ('detractor_answer', 'negative_review')
            as is_negative_signal,
        grievances_found.occurred_at <= found.stage_entered_at
        and {{ dbt.dateadd('day', 'cast(recent.threshold_value as integer)', 'grievances_found.occurred_at') }}
        > moments.last_ordered_at as is_before_silence,
        row_number() over (
            partition by found.customer_id, grievances_found.occurred_at <= found.stage_entered_at
            order by
                grievances_found.occurred_at desc,
                grievances_found.source_table asc,
                grievances_found.source_record_id asc
        ) as recency_rank
    from winback_customers_found as found
    inner join winback_moments_measured as moments
        on found.customer_id = moments.customer_id and found.as_of = moments.measured_at
    inner join grievances_found
        on found.customer_id = grievances_found.customer_id
    inner join thresholds as spoken
        on spoken.threshold_id = 'opinion_window_days'
    inner join thresholds as recent
        on recent.threshold_id = 'grievance_window_days'
    where grievances_found.grievance_type != 'other_ticket'

),

grievances_summed as (

    select
        customer_id,
        count(case when is_negative_signal then 1 end) as negative_signals_count,
        max(case when is_before_silence and recency_rank = 1 then grievance_type end) as leaving_reason
    from grievances_ranked
    group by customer_id

),

winback_histories_summed as (

    select
        events_summed.customer_id,
        grievances_summed.leaving_reason,
        coalesce(grievances_summed.negative_signals_count, 0) as negative_signals_count,
        case
            when events_summed.received_amount > 0
                then least(1, events_summed.refunded_amount / cast(events_summed.received_amount as double))
        end as refund_rate,
        case
            when events_summed.orders_count >= thresholds.threshold_value
                then events_summed.discounted_orders_count / cast(events_summed.orders_count as double)
        end as discount_dependency_rate,
        case
            when contributions.contribution_amount > 0
                then contributions.service_cost_amount / cast(contributions.contribution_amount as double)
        end as service_effort_ratio,
        last_messages.last_message_at
    from events_summed
    inner join thresholds
        on thresholds.threshold_id = 'discount_dependency_orders'
    left join last_messages
        on events_summed.customer_id = last_messages.customer_id
    left join grievances_summed
        on events_summed.customer_id = grievances_summed.customer_id
    left join customer_contributions_summed as contributions
        on events_summed.customer_id = contributions.customer_id

)

select * from winback_histories_summed
