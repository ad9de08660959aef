{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_evaluation"}}}) }}
-- Without a control nobody knows what would have been, so a recall is counted and no effect is told.
select
    plan_id,
    segment_type,
    segment
from {{ ref('rpt_winback_evaluation') }}
where
    (
        control_count = 0
        and coalesce(
            control_recall_rate, lift, lift_lower, lift_upper, look_lift_lower, look_lift_upper, incremental_count,
            incremental_count_lower, incremental_count_upper, incremental_value, roi, roi_lower, roi_upper
        ) is not null
    )
    or (control_count = 0 and decision in ('stop_futile', 'stop_harm', 'continue'))
    or (control_count > 0 and treatment_count > 0 and lift is null)
union all
select
    experiment_id,
    segment_type,
    segment
from {{ ref('rpt_experiment_effects') }}
where
    (control_count = 0 and coalesce(control_value, difference, difference_lower, difference_upper) is not null)
    or (control_count > 0 and treatment_count > 0 and difference is null)
    or not coalesce(difference_lower <= difference and difference <= difference_upper, true)
