-- How many of a customer's requests for help are open at as_of; without any there is no row.
-- One row per customer id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

tickets as (

    select
        customer_id,
        source_record_id as ticket_id,
        max(case when event_type = 'ticket_created' then 1 else 0 end) as created_count,
        max(case when event_type = 'ticket_solved' then 1 else 0 end) as solved_count
    from customer_events
    where event_type in ('ticket_created', 'ticket_solved')
    group by customer_id, source_record_id

),

open_tickets_counted as (

    select
        customer_id,
        count(*) as open_tickets_count
    from tickets
    where customer_id is not null and created_count > solved_count
    group by customer_id

)

select * from open_tickets_counted
