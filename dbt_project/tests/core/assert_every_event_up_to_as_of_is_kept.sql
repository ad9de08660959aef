{{ config(meta={"dagster": {"ref": {"name": "fct_customer_events"}}}) }}
-- Joining the customer and the clock must neither drop an event nor double one.
with

expected as (

    select count(*) as events_count
    from {{ ref('int_events_unioned') }} as events
    cross join {{ ref('int_build_clocks_resolved') }} as clocks
    where events.occurred_at <= clocks.as_of

),

found as (

    select count(*) as events_count
    from {{ ref('fct_customer_events') }}

)

select
    expected.events_count,
    found.events_count as found_events_count
from expected
cross join found
where expected.events_count != found.events_count
