-- What each look at a plan judges by: the plan's rule, the two arms, what the offers of the treated cost on
-- average, and what a customer who comes back was believed to bring. What was brought since would let later waves
-- change an earlier look.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_looks_summed as (

    select * from {{ ref('int_winback_looks_summed') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

winback_looks_counted as (

    select
        looks.plan_id,
        looks.look_scope,
        looks.wave_number,
        looks.segment_type,
        looks.segment,
        winback_plans.treatment_probability as planned_treatment_probability,
        winback_plans.waves_count,
        winback_plans.alpha,
        winback_plans.srm_alpha,
        winback_plans.min_recall_rate,
        winback_plans.min_incremental_count,
        winback_plans.contact_cost,
        cast(coalesce(
            cast(looks.offer_costs_amount as double) / nullif(looks.assigned_treatment_count, 0), looks.min_offer_cost
        ) as decimal(18, 4)) as offer_cost,
        cast(winback_plans.expected_second_lifetime_value as double) as second_lifetime_value,
        looks.assigned_treatment_count,
        looks.assigned_control_count,
        looks.treatment_count,
        looks.control_count,
        looks.recalled_treatment_count,
        looks.recalled_control_count,
        looks.harmed_treatment_count,
        looks.harmed_control_count
    from winback_looks_summed as looks
    inner join winback_plans
        on looks.plan_id = winback_plans.plan_id

)

select * from winback_looks_counted
