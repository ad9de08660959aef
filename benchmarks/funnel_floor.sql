-- One funnel as one would write it by hand: who registered, by month, and who of them placed a qualifying order within
-- 90 days; counts and rates in all and by acquisition channel. Whoever was deleted between the two does not count.
create schema if not exists marts;

create table marts.registered_to_order as
with registered as (
    select
        customer_id,
        min(occurred_at) as registered_at
    from marts.fct_customer_events
    where event_type = 'contact_created' and customer_id is not null
    group by customer_id
),

followed as (
    select
        registered.customer_id,
        any_value(registered.registered_at) as registered_at,
        min(case when later.event_type = 'qualifying_order_placed' then later.occurred_at end) as ordered_at,
        min(case when later.event_type = 'contact_deleted' then later.occurred_at end) as deleted_at
    from registered
    left join marts.fct_customer_events as later
        on
            registered.customer_id = later.customer_id
            and later.event_type in ('qualifying_order_placed', 'contact_deleted')
            and later.occurred_at between registered.registered_at and registered.registered_at + interval 90 days
    group by registered.customer_id
),

cohorts as (
    select
        date_trunc('month', followed.registered_at)::date as cohort_start_date,
        coalesce(dim_customers.acquisition_channel, 'unknown') as acquisition_channel,
        followed.ordered_at is not null as is_converted
    from followed
    left join marts.dim_customers
        on followed.customer_id = dim_customers.customer_id
    where followed.deleted_at is null or followed.ordered_at <= followed.deleted_at
)

select
    cohort_start_date,
    if(grouping(acquisition_channel) = 1, 'all', 'acquisition_channel') as breakdown,
    if(grouping(acquisition_channel) = 1, 'all', acquisition_channel) as breakdown_value,
    count(*) as entered_count,
    count(*) filter (where is_converted) as converted_count,
    converted_count / entered_count as naive_rate
from cohorts
group by grouping sets ((cohort_start_date), (cohort_start_date, acquisition_channel));
