-- How many caps on contacts a customer exceeds at as_of, and which, in the order of their ids; 0 where none is.
-- One row per customer id.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

contact_caps_exceeded as (

    select * from {{ ref('int_contact_caps_exceeded') }}

),

contact_caps_counted as (

    select
        customers.customer_id,
        {{ ordered_list('contact_caps_exceeded.cap_id', 'contact_caps_exceeded.cap_id') }} as caps_exceeded,
        count(contact_caps_exceeded.cap_id) as caps_exceeded_count
    from customers
    left join contact_caps_exceeded
        on customers.customer_id = contact_caps_exceeded.customer_id
    group by customers.customer_id

)

select * from contact_caps_counted
