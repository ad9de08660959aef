-- What became of everybody drawn within the horizon, contacted or not: whether they were recalled, what they
-- brought and cost, whether they complained. Nothing is told before the horizon is over.
-- One row per assignment id.
with

assignments as (

    select * from {{ ref('fct_assignments') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

contributions_converted as (

    select * from {{ ref('int_contributions_converted') }}

),

service_costs_found as (

    select * from {{ ref('int_service_costs_found') }}

),

customer_harms_found as (

    select * from {{ ref('int_customer_harms_found') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

{# Each kind of fact has a column of its own, so that one pass sums them all. #}
facts as (

    select
        customer_id,
        occurred_at,
        cast(0 as decimal(18, 4)) as contribution_amount,
        cast(0 as decimal(18, 4)) as service_cost_amount,
        true as is_order,
        false as is_harm
    from customer_events
    where event_type = 'qualifying_order_placed' and customer_id is not null
    union all
    select
        customer_id,
        occurred_at,
        contribution_amount,
        cast(0 as decimal(18, 4)),
        false,
        false
    from contributions_converted
    union all
    select
        customer_id,
        occurred_at,
        cast(0 as decimal(18, 4)),
        service_cost_amount,
        false,
        false
    from service_costs_found
    union all
    select
        customer_id,
        occurred_at,
        cast(0 as decimal(18, 4)),
        cast(0 as decimal(18, 4)),
        false,
        true
    from customer_harms_found

),

facts_placed as (

    select
        assignments.assignment_id,
        facts.*,
        assignments.assigned_at < facts.occurred_at and assignments.horizon_ends_at >= facts.occurred_at as is_within,
        assignments.assigned_at >= facts.occurred_at
        and {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'facts.occurred_at') }}
        > assignments.assigned_at as is_prior
    from assignments
    inner join thresholds
        on thresholds.threshold_id = 'prior_contribution_days'
    inner join facts
        on assignments.customer_id = facts.customer_id

),

facts_summed as (

    select
        assignment_id,
        min(case when is_within and is_order then occurred_at end) as recalled_at,
        max(case when is_within and is_harm then 1 else 0 end) = 1 as is_harmed,
        sum(case when is_within then contribution_amount else 0 end) as contribution_amount,
        sum(case when is_within then service_cost_amount else 0 end) as service_cost_amount,
        sum(case when is_prior then contribution_amount else 0 end) as prior_contribution_amount
    from facts_placed
    group by assignment_id

),

assignments_with_maturity as (

    select
        assignments.*,
        assignments.horizon_ends_at < build_clocks_resolved.as_of as is_mature
    from assignments
    cross join build_clocks_resolved

),

assignments_followed as (

    select
        assigned.assignment_id,
        assigned.experiment_id,
        assigned.plan_id,
        assigned.wave_number,
        assigned.customer_id,
        assigned.offer_id,
        assigned.arm,
        assigned.probability,
        assigned.messages_count,
        cast(coalesce(facts_summed.prior_contribution_amount, 0) as decimal(18, 4)) as prior_contribution_amount,
        case
            when assigned.is_mature then cast(coalesce(facts_summed.contribution_amount, 0) as decimal(18, 4))
        end as contribution_amount,
        case
            when assigned.is_mature then cast(coalesce(facts_summed.service_cost_amount, 0) as decimal(18, 4))
        end as service_cost_amount,
        assigned.is_mature,
        case when assigned.is_mature then facts_summed.recalled_at is not null end as is_recalled,
        case when assigned.is_mature then coalesce(facts_summed.is_harmed, false) end as is_harmed,
        case when assigned.is_mature then facts_summed.recalled_at end as recalled_at,
        assigned.assigned_at,
        assigned.horizon_ends_at
    from assignments_with_maturity as assigned
    left join facts_summed
        on assigned.assignment_id = facts_summed.assignment_id

)

select * from assignments_followed
