-- What became of everybody drawn within the horizon, contacted or not: whether they were recalled, what they
-- brought and cost, whether they complained. Nothing is told before the horizon is over.
-- One row per assignment id.
with

assignments as (

    select * from {{ ref('fct_assignments') }}

),

customer_outcomes_unioned as (

    select * from {{ ref('int_customer_outcomes_unioned') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

outcomes_placed as (

    select
        assignments.assignment_id,
        outcomes.*,
        assignments.assigned_at < outcomes.occurred_at
        and assignments.horizon_ends_at >= outcomes.occurred_at as is_within,
        assignments.assigned_at >= outcomes.occurred_at
        and {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'outcomes.occurred_at') }}
        > assignments.assigned_at as is_prior
    from assignments
    inner join thresholds
        on thresholds.threshold_id = 'prior_contribution_days'
    inner join customer_outcomes_unioned as outcomes
        on assignments.customer_id = outcomes.customer_id

),

outcomes_summed as (

    select
        assignment_id,
        min(case when is_within and outcome_type = 'purchase' then occurred_at end) as recalled_at,
        max(case when is_within and outcome_type = 'harm' then 1 else 0 end) = 1 as is_harmed,
        sum(case when is_within then contribution_amount else 0 end) as contribution_amount,
        sum(case when is_within then service_cost_amount else 0 end) as service_cost_amount,
        sum(case when is_prior then contribution_amount else 0 end) as prior_contribution_amount
    from outcomes_placed
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
        cast(coalesce(outcomes_summed.prior_contribution_amount, 0) as decimal(18, 4)) as prior_contribution_amount,
        case
            when assigned.is_mature then cast(coalesce(outcomes_summed.contribution_amount, 0) as decimal(18, 4))
        end as contribution_amount,
        case
            when assigned.is_mature then cast(coalesce(outcomes_summed.service_cost_amount, 0) as decimal(18, 4))
        end as service_cost_amount,
        assigned.is_mature,
        case when assigned.is_mature then outcomes_summed.recalled_at is not null end as is_recalled,
        case when assigned.is_mature then coalesce(outcomes_summed.is_harmed, false) end as is_harmed,
        case when assigned.is_mature then outcomes_summed.recalled_at end as recalled_at,
        assigned.assigned_at,
        assigned.horizon_ends_at
    from assignments_with_maturity as assigned
    left join outcomes_summed
        on assigned.assignment_id = outcomes_summed.assignment_id

)

select * from assignments_followed
