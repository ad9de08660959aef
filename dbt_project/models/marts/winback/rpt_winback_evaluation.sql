{%- set judged_figures = [
    'planned_treatment_probability', 'alpha', 'srm_alpha', 'look_alpha', 'min_recall_rate', 'srm_chi_square',
    'srm_p_value', 'treatment_recall_rate', 'treatment_recall_rate_lower', 'treatment_recall_rate_upper',
    'control_recall_rate', 'control_recall_rate_lower', 'control_recall_rate_upper', 'lift', 'lift_lower',
    'lift_upper', 'look_lift_lower', 'look_lift_upper', 'break_even_lift', 'incremental_count',
    'incremental_count_lower', 'incremental_count_upper', 'contact_cost', 'offer_cost', 'cost_amount',
    'incremental_value', 'roi', 'roi_lower', 'roi_upper',
] -%}
-- Did the recall work, in quality and in quantity, did it pay, and should we stop: each look at a plan, at a wave
-- alone and at all waves up to it, of all and of each segment. Segments are told and never decided on.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_looks_judged as (

    select * from {{ ref('int_winback_looks_judged') }}

),

winback_qualities_measured as (

    select * from {{ ref('int_winback_qualities_measured') }}

),

winback_evaluation as (

    select
        -- ids
        judged.plan_id,

        -- strings
        judged.look_scope,
        judged.segment_type,
        judged.segment,
        judged.decision,
        judged.decision_reason,

        -- numerics
        judged.wave_number,
        judged.waves_count,
        judged.assigned_treatment_count as target_count,
        judged.assigned_control_count,
        judged.treatment_count,
        judged.control_count,
        judged.recalled_treatment_count as recalled_count,
        judged.recalled_control_count,
        judged.harmed_treatment_count,
        judged.harmed_control_count,
        judged.min_incremental_count,
        judged.customers_per_arm_needed,
        {% for figure in judged_figures -%}
            judged.{{ figure }},
        {% endfor -%}
        judged.second_lifetime_value as slv_expected,
        qualities.valued_count,
        qualities.slv_realised,
        qualities.slv_realised_lower,
        qualities.slv_realised_upper,
        qualities.net_value_per_recalled,
        qualities.net_value_per_recalled_lower,
        qualities.net_value_per_recalled_upper,
        qualities.contribution_amount,
        qualities.service_cost_amount,
        qualities.service_effort_ratio,
        qualities.second_purchase_count,
        qualities.second_purchase_rate,
        qualities.second_purchase_rate_lower,
        qualities.second_purchase_rate_upper,

        -- booleans
        judged.assigned_treatment_count = judged.treatment_count
        and judged.assigned_control_count = judged.control_count as is_mature,
        judged.assigned_control_count > 0 as has_control
    from winback_looks_judged as judged
    inner join winback_qualities_measured as qualities
        on
            judged.plan_id = qualities.plan_id
            and judged.look_scope = qualities.look_scope
            and judged.wave_number = qualities.wave_number
            and judged.segment_type = qualities.segment_type
            and judged.segment = qualities.segment

)

select * from winback_evaluation
