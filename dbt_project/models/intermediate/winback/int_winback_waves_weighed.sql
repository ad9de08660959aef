-- What each wave showed, of all persons or firms and of each segment of the next plan's lift segments: its two
-- arms, the lift between them, and how much that tells. A wave whose arms are not as they were drawn tells nothing.
-- One row per experiment id, is b2b and segment, where `all` is all together.
with

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

winback_moments_measured as (

    select * from {{ ref('int_winback_moments_measured') }}

),

winback_segments_assigned as (

    select * from {{ ref('int_winback_segments_assigned') }}

),

next_plans_found as (

    select * from {{ ref('int_next_plans_found') }}

),

experiments_counted as (

    select * from {{ ref('int_experiments_counted') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

valid_experiments as (

    select experiments_counted.experiment_id
    from experiments_counted
    inner join winback_plans
        on experiments_counted.plan_id = winback_plans.plan_id
    where
        experiments_counted.segment_type = 'all'
        and coalesce(
            {{ chi_square_p_value('experiments_counted.srm_chi_square') }} >= winback_plans.srm_alpha, true
        )

),

assignments_segmented as (

    select
        assignments_followed.experiment_id,
        moments.is_b2b,
        segments.segment,
        assignments_followed.arm,
        assignments_followed.is_recalled
    from assignments_followed
    cross join next_plans_found
    inner join valid_experiments
        on assignments_followed.experiment_id = valid_experiments.experiment_id
    inner join winback_moments_measured as moments
        on
            assignments_followed.customer_id = moments.customer_id
            and assignments_followed.assigned_at = moments.measured_at
    inner join winback_segments_assigned as segments
        on
            assignments_followed.customer_id = segments.customer_id
            and assignments_followed.assigned_at = segments.measured_at
            and next_plans_found.lift_segment_type = segments.segment_type
    where assignments_followed.is_mature and assignments_followed.plan_id is not null

),

scopes as (

    select
        experiment_id,
        is_b2b,
        'all' as segment,
        arm,
        is_recalled
    from assignments_segmented
    union all
    select
        experiment_id,
        is_b2b,
        segment,
        arm,
        is_recalled
    from assignments_segmented

),

waves_counted as (

    select
        experiment_id,
        is_b2b,
        segment,
        count(case when arm = 'treatment' then 1 end) as treatment_count,
        count(case when arm = 'control' then 1 end) as control_count,
        count(case when arm = 'treatment' and is_recalled then 1 end) as recalled_treatment_count,
        count(case when arm = 'control' and is_recalled then 1 end) as recalled_control_count
    from scopes
    group by experiment_id, is_b2b, segment

),

{# Two arms tell as much of a difference as one of their harmonic size; in decimals, whose sum has no order. #}
winback_waves_weighed as (

    select
        *,
        case
            when treatment_count > 0 and control_count > 0
                then cast(
                    cast(treatment_count as double) * control_count / (treatment_count + control_count)
                    as decimal(30, 12)
                )
        end as effective_count,
        case
            when treatment_count > 0 and control_count > 0
                then cast((
                    cast(recalled_treatment_count as double) * control_count
                    - cast(recalled_control_count as double) * treatment_count
                ) / (treatment_count + control_count) as decimal(30, 12))
        end as weighed_lift
    from waves_counted

)

select * from winback_waves_weighed
