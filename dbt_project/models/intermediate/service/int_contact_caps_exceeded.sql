-- Each cap on contacts that a customer exceeds at as_of: within the cap's rolling window, of its channel and
-- function, while the customer stands in its stage, more contacts count than it allows.
-- One row per customer id and cap id.
with

contacts_measured as (

    select * from {{ ref('int_contacts_measured') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

contact_caps as (

    select * from {{ ref('contact_caps') }}

),

contact_caps_exceeded as (

    select
        contacts_measured.customer_id,
        contact_caps.cap_id,
        contact_caps.function_code,
        contact_caps.window_days,
        contact_caps.max_contacts,
        count(*) as contacts_count
    from contacts_measured
    inner join customers
        on contacts_measured.customer_id = customers.customer_id
    inner join contact_caps
        on
            contacts_measured.occurred_at
            > {{ dbt.dateadd('day', '-contact_caps.window_days', 'contacts_measured.as_of') }}
            and coalesce(customers.lifecycle_stage = contact_caps.stage, contact_caps.stage is null)
            and coalesce(contacts_measured.channel = contact_caps.channel, contact_caps.channel is null)
            and contacts_measured.function_code
            = coalesce(contact_caps.function_code, contacts_measured.function_code)
    group by
        contacts_measured.customer_id,
        contact_caps.cap_id,
        contact_caps.function_code,
        contact_caps.window_days,
        contact_caps.max_contacts
    having count(*) > contact_caps.max_contacts

)

select * from contact_caps_exceeded
