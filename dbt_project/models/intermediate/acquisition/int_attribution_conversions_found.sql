-- What is to be credited: each event that the dictionary calls a conversion, what it brought, and the instant of the
-- customer's conversion before it, of the same kind; touches up to that instant were its own.
-- One row per conversion id and event id.
with

attribution_conversions as (

    select * from {{ ref('attribution_conversions') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

order_contributions_summed as (

    select * from {{ ref('int_order_contributions_summed') }}

),

events_numbered as (

    select
        attribution_conversions.conversion_id,
        attribution_conversions.event_number as wanted_number,
        attribution_conversions.window_days,
        attribution_conversions.half_life_days,
        attribution_conversions.first_share,
        attribution_conversions.last_share,
        customer_events.event_id,
        customer_events.customer_id,
        customer_events.source_table,
        customer_events.source_record_id,
        coalesce(customer_events.amount, 0) as amount,
        customer_events.occurred_at as converted_at,
        row_number() over (
            partition by attribution_conversions.conversion_id, customer_events.customer_id
            order by customer_events.occurred_at, customer_events.event_id
        ) as event_number
    from attribution_conversions
    inner join customer_events
        on attribution_conversions.event_type = customer_events.event_type

),

conversions as (

    select *
    from events_numbered
    where wanted_number is null or (customer_id is not null and event_number = wanted_number)

),

{# Two conversions of one instant follow the same touches, so the one before is asked of instants. #}
instants as (

    select
        conversion_id,
        customer_id,
        converted_at,
        lag(converted_at) over (partition by conversion_id, customer_id order by converted_at) as previous_converted_at
    from conversions
    where customer_id is not null
    group by conversion_id, customer_id, converted_at

),

attribution_conversions_found as (

    select
        conversions.conversion_id,
        conversions.event_id,
        conversions.customer_id,
        conversions.wanted_number,
        conversions.window_days,
        conversions.half_life_days,
        conversions.first_share,
        conversions.last_share,
        cast(conversions.amount as decimal(18, 4)) as amount,
        contributions.contribution_amount,
        instants.previous_converted_at,
        conversions.converted_at
    from conversions
    left join instants
        on
            conversions.conversion_id = instants.conversion_id
            and conversions.customer_id = instants.customer_id
            and conversions.converted_at = instants.converted_at
    left join order_contributions_summed as contributions
        on case when conversions.source_table = 'orders' then conversions.source_record_id end = contributions.order_id

)

select * from attribution_conversions_found
