{{ config(meta={"dagster": {"ref": {"name": "rpt_customer_value"}}}) }}
-- Every customer has a value, and all that orders and refunds brought is somebody's; a buyer is a buyer in both; what
-- is expected within a year is at least what is expected within 90 days, and at least one purchase for each chance of
-- one.
with

customer_value as (

    select * from {{ ref('rpt_customer_value') }}

),

{# A record without a rate would have no amount, and be missed in a sum. #}
contributions as (

    select
        coalesce(sum(contribution_amount), 0) as contribution_amount,
        count(*) - count(contribution_amount) as unconverted_count
    from {{ ref('int_contributions_converted') }}

),

contributions_valued as (

    select count(*) as records_count
    from {{ ref('int_contributions_valued') }}
    where customer_id is not null

),

contributions_converted as (

    select count(*) as records_count
    from {{ ref('int_contributions_converted') }}

),

orders as (

    select count(*) as orders_count
    from {{ ref('fct_orders') }}
    where is_qualifying and customer_id is not null

),

customers as (

    select count(*) as customers_count
    from {{ ref('dim_customers') }}

),

sums as (

    select
        count(*) as customers_count,
        coalesce(sum(orders_count), 0) as orders_count,
        coalesce(sum(contribution_amount), 0) as contribution_amount
    from customer_value

)

select
    'all' as customer_id,
    'sums' as identity_name
from sums
cross join contributions
cross join contributions_valued
cross join contributions_converted
cross join orders
cross join customers
where
    sums.customers_count != customers.customers_count
    or sums.orders_count != orders.orders_count
    or sums.contribution_amount != contributions.contribution_amount
    or contributions.unconverted_count > 0
    or contributions_valued.records_count != contributions_converted.records_count
union all
select
    customer_id,
    'value'
from customer_value
where
    value_amount != contribution_amount - service_cost_amount
    or (value_basis = 'never_bought') != (orders_count = 0)
    or (value_basis = 'return_curve') != coalesce(repeats_count = 0, false)
union all
select
    customer_id,
    'expectation'
from customer_value
where
    next_purchase_90d_probability > next_purchase_365d_probability
    or next_purchase_365d_probability > coalesce(alive_probability, 1)
    or expected_purchases_365d < next_purchase_365d_probability - 1e-9
