-- What serving customers has cost: each activity of the service function at its own cost, each ticket at the
-- dictionary's, in the reporting currency.
-- One row per event id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

service_costs_found as (

    select
        customer_events.event_id,
        customer_events.customer_id,
        cast(
            case
                when customer_events.event_type = 'ticket_created' then thresholds.threshold_value
                else coalesce(activities.unit_cost, 0)
            end as decimal(18, 4)
        ) as service_cost_amount,
        customer_events.occurred_at
    from customer_events
    inner join thresholds
        on thresholds.threshold_id = 'service_ticket_cost'
    left join activities
        on
            case when customer_events.source_table = 'activities' then customer_events.source_record_id end
            = activities.activity_id
    where
        customer_events.customer_id is not null
        and customer_events.function_code = 'service'
        and (customer_events.source_table = 'activities' or customer_events.event_type = 'ticket_created')

)

select * from service_costs_found
