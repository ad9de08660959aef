-- What each look at a plan judges by: the plan's rule, the two arms, what the offers of the treated cost on
-- average, and what a customer who comes back brings - in a segment of the plan's value segments, one of that
-- segment.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_looks_summed as (

    select * from {{ ref('int_winback_looks_summed') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

second_lifetimes_estimated as (

    select * from {{ ref('int_second_lifetimes_estimated') }}

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
        coalesce(segments.second_lifetime_value, totals.second_lifetime_value) as second_lifetime_value,
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
    left join second_lifetimes_estimated as totals
        on looks.plan_id = totals.plan_id and totals.segment = 'all'
    left join second_lifetimes_estimated as segments
        on
            looks.plan_id = segments.plan_id
            and looks.segment = segments.segment
            and looks.segment_type = winback_plans.value_segment_type

)

select * from winback_looks_counted
