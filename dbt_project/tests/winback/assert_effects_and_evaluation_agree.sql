{{ config(meta={"dagster": {"ref": {"name": "rpt_experiment_effects"}}}) }}
-- A wave is an experiment: its recalls and its harm are the same whoever asks.
select
    effects.experiment_id,
    effects.metric,
    effects.segment_type,
    effects.segment
from {{ ref('rpt_experiment_effects') }} as effects
left join {{ ref('rpt_winback_evaluation') }} as looks
    on
        effects.plan_id = looks.plan_id
        and effects.wave_number = looks.wave_number
        and effects.segment_type = looks.segment_type
        and effects.segment = looks.segment
        and looks.look_scope = 'wave'
where
    effects.plan_id is not null
    and (
        effects.assigned_treatment_count is distinct from looks.target_count
        or effects.assigned_control_count is distinct from looks.assigned_control_count
        or effects.treatment_count is distinct from looks.treatment_count
        or effects.control_count is distinct from looks.control_count
        or (
            effects.metric = 'recall_rate'
            and (
                effects.treatment_rate_count is distinct from looks.recalled_count
                or effects.control_rate_count is distinct from looks.recalled_control_count
                or effects.difference_lower is distinct from looks.lift_lower
            )
        )
        or (
            effects.metric = 'harm_rate'
            and (
                effects.treatment_rate_count is distinct from looks.harmed_treatment_count
                or effects.control_rate_count is distinct from looks.harmed_control_count
            )
        )
    )
