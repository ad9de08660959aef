-- What would keep a member of a cohort, should the customer be one: the returns that the metric names; and qualifying
-- orders, whose money is in the reporting currency. Where a definition asks for calendar periods, those of one period
-- are one row, however many cohorts the customer is in.
-- One row per cohort definition id, customer id and instant.
with

cohort_definitions as (

    select * from {{ ref('cohort_definitions') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

{# Converted once, before each definition asks for it. #}
purchases as (

    select
        orders.customer_id,
        orders.ordered_at,
        {{ in_reporting_currency('orders.order_amount', 'rates.reporting_rate') }} as amount
    from orders
    inner join reporting_rates_resolved as rates
        on coalesce(orders.currency, 'unknown') = rates.currency
    where orders.is_qualifying and orders.customer_id is not null

),

returns as (

    select
        definitions.cohort_definition_id,
        definitions.alignment,
        definitions.period_unit,
        customer_events.customer_id,
        customer_events.occurred_at,
        1 as returns_count,
        cast(0 as decimal(18, 4)) as amount
    from cohort_definitions as definitions
    inner join metrics
        on definitions.metric_id = metrics.metric_id
    inner join event_types
        on {{ is_listed('event_types.event_type', 'metrics.event_types') }}
    inner join customer_events
        on event_types.event_type = customer_events.event_type
    where customer_events.customer_id is not null
    union all
    select
        definitions.cohort_definition_id,
        definitions.alignment,
        definitions.period_unit,
        purchases.customer_id,
        purchases.ordered_at,
        0,
        purchases.amount
    from cohort_definitions as definitions
    cross join purchases

),

cohort_returns_summed as (

    select
        cohort_definition_id,
        customer_id,
        case
            when alignment = 'calendar'
                then cast({{ start_of_period('period_unit', 'occurred_at') }} as {{ dbt.type_timestamp() }})
            else occurred_at
        end as returned_at,
        sum(returns_count) as returns_count,
        cast(sum(amount) as decimal(18, 4)) as amount
    from returns
    group by 1, 2, 3

)

select * from cohort_returns_summed
