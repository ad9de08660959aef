-- What a recall adds, by what all waves of all plans have shown: of all persons or firms, and of each of their
-- segments, drawn towards that of all where the arms are small. What persons showed says nothing of firms.
-- One row per is b2b and segment, where `all` is all together.
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

thresholds as (

    select * from {{ ref('thresholds') }}

),

assignments_segmented as (

    select
        moments.is_b2b,
        segments.segment,
        assignments_followed.arm,
        assignments_followed.is_recalled
    from assignments_followed
    cross join next_plans_found
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
        is_b2b,
        'all' as segment,
        arm,
        is_recalled
    from assignments_segmented
    union all
    select
        is_b2b,
        segment,
        arm,
        is_recalled
    from assignments_segmented

),

arms_counted as (

    select
        is_b2b,
        segment,
        cast(count(case when arm = 'treatment' then 1 end) as double) as treatment_count,
        cast(count(case when arm = 'control' then 1 end) as double) as control_count,
        cast(count(case when arm = 'treatment' and is_recalled then 1 end) as double) as recalled_treatment_count,
        cast(count(case when arm = 'control' and is_recalled then 1 end) as double) as recalled_control_count
    from scopes
    group by is_b2b, segment

),

{# Two arms tell as much of a difference as one of their harmonic size. #}
arms_compared as (

    select
        *,
        case
            when treatment_count > 0 and control_count > 0
                then recalled_treatment_count / treatment_count - recalled_control_count / control_count
        end as observed_lift,
        case
            when treatment_count > 0 and control_count > 0
                then treatment_count * control_count / (treatment_count + control_count)
            else 0
        end as effective_count
    from arms_counted

),

winback_lifts_estimated as (

    select
        arms.is_b2b,
        arms.segment,
        cast(arms.treatment_count as bigint) as treatment_count,
        cast(arms.control_count as bigint) as control_count,
        arms.observed_lift,
        case
            when arms.segment = 'all' or totals.observed_lift is null then arms.observed_lift
            else totals.observed_lift
                + arms.effective_count * (coalesce(arms.observed_lift, 0) - totals.observed_lift)
                / (arms.effective_count + thresholds.threshold_value)
        end as expected_lift,
        case
            when totals.treatment_count > 0
                then totals.recalled_treatment_count / totals.treatment_count
                    + (arms.recalled_treatment_count
                    - arms.treatment_count * totals.recalled_treatment_count / totals.treatment_count)
                    / (arms.treatment_count + thresholds.threshold_value)
        end as expected_recall_rate
    from arms_compared as arms
    inner join arms_compared as totals
        on arms.is_b2b = totals.is_b2b and totals.segment = 'all'
    inner join thresholds
        on thresholds.threshold_id = 'winback_lift_shrinkage_customers'

)

select * from winback_lifts_estimated
