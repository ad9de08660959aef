-- What customers did, brought, cost and complained of, each fact with a column of its own, so that one pass over
-- them sums what followed a draw or a return.
-- One row per outcome type, record key and occurred at.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

contributions_converted as (

    select * from {{ ref('int_contributions_converted') }}

),

service_costs_found as (

    select * from {{ ref('int_service_costs_found') }}

),

customer_harms_found as (

    select * from {{ ref('int_customer_harms_found') }}

),

customer_outcomes_unioned as (

    select
        'purchase' as outcome_type,
        event_id as record_key,
        customer_id,
        cast(0 as decimal(18, 4)) as contribution_amount,
        cast(0 as decimal(18, 4)) as service_cost_amount,
        occurred_at
    from customer_events
    where event_type = 'qualifying_order_placed' and customer_id is not null
    union all
    select
        'contribution',
        record_type || ':' || record_id,
        customer_id,
        contribution_amount,
        cast(0 as decimal(18, 4)),
        occurred_at
    from contributions_converted
    union all
    select
        'service',
        event_id,
        customer_id,
        cast(0 as decimal(18, 4)),
        service_cost_amount,
        occurred_at
    from service_costs_found
    union all
    select
        'harm',
        harm_type || ':' || record_key,
        customer_id,
        cast(0 as decimal(18, 4)),
        cast(0 as decimal(18, 4)),
        occurred_at
    from customer_harms_found

)

select * from customer_outcomes_unioned
