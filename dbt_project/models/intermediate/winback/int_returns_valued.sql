-- What customers brought and cost from their return on, for the days of each plan: their second lifetime value,
-- where these days are over.
-- One row per plan id, customer id and returned at.
with

returns_found as (

    select * from {{ ref('int_returns_found') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

customer_outcomes_unioned as (

    select * from {{ ref('int_customer_outcomes_unioned') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

returns_planned as (

    select
        winback_plans.plan_id,
        returns_found.customer_id,
        returns_found.returned_at,
        {{ dbt.dateadd('day', 'winback_plans.value_days', 'returns_found.returned_at') }} as value_ends_at
    from returns_found
    cross join winback_plans

),

outcomes_summed as (

    select
        returns_planned.plan_id,
        returns_planned.customer_id,
        returns_planned.returned_at,
        sum(outcomes.contribution_amount) as contribution_amount,
        sum(outcomes.service_cost_amount) as service_cost_amount,
        count(case when outcomes.outcome_type = 'purchase' then 1 end) as orders_count
    from returns_planned
    inner join customer_outcomes_unioned as outcomes
        on
            returns_planned.customer_id = outcomes.customer_id
            and returns_planned.returned_at <= outcomes.occurred_at
            and returns_planned.value_ends_at > outcomes.occurred_at
    group by returns_planned.plan_id, returns_planned.customer_id, returns_planned.returned_at

),

returns_with_maturity as (

    select
        returns_planned.plan_id,
        returns_planned.customer_id,
        returns_planned.returned_at,
        returns_planned.value_ends_at < build_clocks_resolved.as_of as is_mature
    from returns_planned
    cross join build_clocks_resolved

),

{# A return is an order, so there is always something to sum. #}
returns_valued as (

    select
        returned.plan_id,
        returned.customer_id,
        returned.returned_at,
        returned.is_mature,
        case when returned.is_mature then cast(outcomes_summed.contribution_amount as decimal(18, 4)) end
            as contribution_amount,
        case when returned.is_mature then cast(outcomes_summed.service_cost_amount as decimal(18, 4)) end
            as service_cost_amount,
        case when returned.is_mature then outcomes_summed.orders_count > 1 end as has_second_purchase
    from returns_with_maturity as returned
    left join outcomes_summed
        on
            returned.plan_id = outcomes_summed.plan_id
            and returned.customer_id = outcomes_summed.customer_id
            and returned.returned_at = outcomes_summed.returned_at

)

select * from returns_valued
