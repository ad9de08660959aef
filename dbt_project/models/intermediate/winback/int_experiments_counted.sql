-- How many were drawn into each arm of an experiment, and whether that is what the probabilities of the draws make
-- likely: the chi-square of the treated against the sum of their probabilities, where each draw states its own.
-- One row per experiment id, segment type and segment.
with

experiment_arms_summed as (

    select * from {{ ref('int_experiment_arms_summed') }}

),

arms_side_by_side as (

    select
        experiment_id,
        segment_type,
        segment,
        min(plan_id) as plan_id,
        min(wave_number) as wave_number,
        sum(assigned_count) as assigned_count,
        sum(case when arm = 'treatment' then assigned_count else 0 end) as assigned_treatment_count,
        sum(case when arm = 'control' then assigned_count else 0 end) as assigned_control_count,
        sum(case when arm = 'treatment' then mature_count else 0 end) as treatment_count,
        sum(case when arm = 'control' then mature_count else 0 end) as control_count,
        sum(stated_count) as stated_count,
        cast(sum(expected_treatment_count) as double) as expected_treatment_count,
        cast(sum(expected_treatment_variance) as double) as expected_treatment_variance
    from experiment_arms_summed
    group by experiment_id, segment_type, segment

),

arms_compared as (

    select
        *,
        assigned_treatment_count - expected_treatment_count as surplus
    from arms_side_by_side

),

experiments_counted as (

    select
        experiment_id,
        segment_type,
        segment,
        plan_id,
        wave_number,
        cast(assigned_treatment_count as bigint) as assigned_treatment_count,
        cast(assigned_control_count as bigint) as assigned_control_count,
        cast(treatment_count as bigint) as treatment_count,
        cast(control_count as bigint) as control_count,
        treatment_count + control_count = assigned_count as is_mature,
        assigned_control_count > 0 as has_control,
        case when stated_count = assigned_count then expected_treatment_count / assigned_count end
            as planned_treatment_probability,
        case when stated_count = assigned_count then surplus * surplus / nullif(expected_treatment_variance, 0) end
            as srm_chi_square
    from arms_compared

)

select * from experiments_counted
