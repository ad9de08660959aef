{{ config(meta={"dagster": {"ref": {"name": "rpt_order_ladder"}}}) }}
-- A rung holds who has placed so many orders, as the customer's record counts them, in each breakdown; and who goes on
-- from it stands on the next.
with

rungs_expected as (

    select
        ladder.order_number,
        count(*) as reached_customers_count,
        count(case when customers.orders_count > ladder.order_number then 1 end) as next_customers_count
    from (select distinct order_number from {{ ref('rpt_order_ladder') }}) as ladder
    inner join {{ ref('dim_customers') }} as customers
        on ladder.order_number <= customers.orders_count
    group by ladder.order_number

),

rungs_told as (

    select
        breakdown,
        order_number,
        sum(reached_customers_count) as reached_customers_count,
        sum(next_customers_count) as next_customers_count
    from {{ ref('rpt_order_ladder') }}
    group by breakdown, order_number

)

select
    rungs_told.breakdown,
    rungs_expected.order_number
from rungs_expected
full outer join rungs_told
    on rungs_expected.order_number = rungs_told.order_number
where
    rungs_told.reached_customers_count is null
    or rungs_expected.reached_customers_count is null
    or rungs_told.reached_customers_count != rungs_expected.reached_customers_count
    or rungs_told.next_customers_count != rungs_expected.next_customers_count
