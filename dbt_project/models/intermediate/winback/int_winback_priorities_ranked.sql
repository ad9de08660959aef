-- In which order those who may be recalled should be: by the net value to expect, the more valuable before churn
-- among equals; and how far down the list the next plan's budget of a wave goes. Whoever's net value is not known
-- has no place.
-- One row per customer id that is excluded by no rule.
with

winback_customers_valued as (

    select * from {{ ref('int_winback_customers_valued') }}

),

winback_exclusions_found as (

    select * from {{ ref('int_winback_exclusions_found') }}

),

next_plans_found as (

    select * from {{ ref('int_next_plans_found') }}

),

excluded_customers as (

    select distinct customer_id
    from winback_exclusions_found

),

customers_ranked as (

    select
        valued.customer_id,
        valued.plan_id,
        cast(valued.expected_cost_amount as decimal(18, 4)) as expected_cost_amount,
        row_number() over (
            order by valued.expected_net_value desc, valued.value_before_churn desc, valued.customer_id asc
        ) as priority_number
    from winback_customers_valued as valued
    left join excluded_customers
        on valued.customer_id = excluded_customers.customer_id
    where excluded_customers.customer_id is null and valued.expected_net_value is not null

),

customers_summed as (

    select
        *,
        sum(expected_cost_amount) over (
            order by priority_number
            rows between unbounded preceding and current row
        ) as cost_so_far_amount
    from customers_ranked

),

winback_priorities_ranked as (

    select
        summed.customer_id,
        cast(summed.priority_number as integer) as priority_number,
        cast(summed.cost_so_far_amount as decimal(18, 4)) as cost_so_far_amount,
        summed.cost_so_far_amount <= next_plans_found.budget_amount as is_within_budget
    from customers_summed as summed
    inner join next_plans_found
        on summed.plan_id = next_plans_found.plan_id

)

select * from winback_priorities_ranked
