-- The win-back plans: what was decided before the first wave, and which one comes next.
-- One row per plan id.
with

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

next_plans_found as (

    select * from {{ ref('int_next_plans_found') }}

),

winback_plans_described as (

    select
        -- ids
        winback_plans.plan_id,

        -- strings
        winback_plans.description,
        winback_plans.salt,
        winback_plans.lift_segment_type,
        winback_plans.value_segment_type,

        -- numerics
        winback_plans.waves_count,
        winback_plans.customers_per_wave,
        winback_plans.min_incremental_count,
        winback_plans.horizon_days,
        winback_plans.value_days,
        winback_plans.treatment_probability,
        winback_plans.expected_recall_rate,
        winback_plans.expected_lift,
        winback_plans.expected_second_lifetime_value,
        winback_plans.min_recall_rate,
        winback_plans.alpha,
        winback_plans.srm_alpha,
        winback_plans.contact_cost,
        winback_plans.budget_amount,

        -- booleans
        next_plans_found.plan_id is not null as is_next,

        -- dates
        winback_plans.started_date
    from winback_plans
    left join next_plans_found
        on winback_plans.plan_id = next_plans_found.plan_id

)

select * from winback_plans_described
