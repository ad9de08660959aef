"""Looks at win-back plans, as the models of the stop rule read them."""

from __future__ import annotations

from reference.stop_rule import Arm, Plan

LOOK_COLUMNS = (
    "plan_id varchar, look_scope varchar, segment_type varchar, segment varchar, wave_number integer, "
    "planned_treatment_probability double, waves_count integer, alpha double, srm_alpha double, "
    "min_recall_rate double, contact_cost decimal(18, 4), offer_cost decimal(18, 4), second_lifetime_value double, "
    "assigned_treatment_count bigint, assigned_control_count bigint, treatment_count bigint, control_count bigint, "
    "recalled_treatment_count bigint, recalled_control_count bigint, harmed_treatment_count bigint, "
    "harmed_control_count bigint"
)
Look = tuple[str, Plan, int, Arm, Arm]  # its name, the plan, the wave it comes after, treatment and control


def given(looks: list[Look]) -> dict[str, tuple[str, list[tuple]]]:
    """Return the table of counts for looks at whole plans."""
    return {"int_winback_looks_counted": (LOOK_COLUMNS, [_row(*look) for look in looks])}


def _row(name: str, plan: Plan, wave: int, treatment: Arm, control: Arm) -> tuple:
    declared = (plan.treatment_probability, plan.waves, plan.alpha, plan.srm_alpha, plan.min_recall_rate)
    worth = (plan.contact_cost, plan.offer_cost, plan.second_lifetime_value)
    counts = (
        count
        for kind in ("assigned", "mature", "recalled", "harmed")
        for count in (getattr(treatment, kind), getattr(control, kind))
    )
    return (name, "to_date", "all", "all", wave, *declared, *worth, *counts)
