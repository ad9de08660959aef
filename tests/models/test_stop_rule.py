"""The stop rule of win-back plans agrees with plain Python on random looks, and keeps its invariants."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bench import ModelBench
from looks import Look, given
from reference import stop_rule
from reference.stop_rule import Arm, Plan

pytestmark = pytest.mark.xdist_group("bench")

RANDOM_LOOKS = 3000
PLAN = Plan(
    treatment_probability=0.8,
    waves=3,
    alpha=0.05,
    srm_alpha=0.001,
    min_recall_rate=0.02,
    contact_cost=0.5,
    offer_cost=10.0,
    second_lifetime_value=60.0,
)
OUTCOMES = {"invalid", "stop_futile", "stop_quantity", "stop_harm", "continue", "collect_more", "inconclusive"}


def judged(bench: ModelBench, looks: list[Look]) -> dict[str, dict[str, Any]]:
    """Return what the models say of each look, by its name."""
    return {row["plan_id"]: row for row in bench.run("int_winback_looks_judged", given(looks))}


def followed(assigned: int, recalled: int, harmed: int = 0) -> Arm:
    """Return an arm whose horizon is over."""
    return Arm(assigned, assigned, recalled, harmed)


def random_plan(random: np.random.Generator) -> Plan:
    return Plan(
        treatment_probability=float(random.choice([0.5, 0.8, 0.9])),
        waves=int(random.integers(1, 6)),
        alpha=float(random.choice([0.01, 0.05, 0.1])),
        srm_alpha=float(random.choice([0.001, 0.01])),
        min_recall_rate=float(random.choice([0, 0.02, 0.05, 0.1])),
        contact_cost=float(random.choice([0, 0.25, 2])),
        offer_cost=float(random.choice([0, 5, 20])),
        second_lifetime_value=random.choice([None, -3.0, 0.0, 15.0, 60.0, 250.0]),
    )


def random_arm(random: np.random.Generator, assigned: int) -> Arm:
    """Return an arm in which as a rule everybody's horizon is over, and sometimes nobody's."""
    mature = int(random.choice([assigned, assigned, assigned, assigned // 2, 0]))
    recalled, harmed = random.choice([0, 0.02, 0.05, 0.2, 0.6]), random.choice([0, 0.01, 0.05])
    return Arm(assigned, mature, int(random.binomial(mature, recalled)), int(random.binomial(mature, harmed)))


def random_look(random: np.random.Generator, name: str) -> Look:
    plan = random_plan(random)
    total = int(random.choice([1, 10, 100, 1000, 20_000]))
    treated = int(random.binomial(total, random.choice([plan.treatment_probability] * 5 + [0.7, 1])))
    treatment, control = random_arm(random, treated), random_arm(random, total - treated)
    return name, plan, int(random.integers(1, plan.waves + 1)), treatment, control


def test_the_rule_decides_as_plain_python_does(bench: ModelBench) -> None:
    random = np.random.default_rng(20_250_701)
    looks = [random_look(random, f"{number:04}") for number in range(RANDOM_LOOKS)]
    rows = judged(bench, looks)
    for name, plan, wave, treatment, control in looks:
        assert rows[name]["decision"] == stop_rule.decision(plan, wave, treatment, control), (plan, treatment, control)
        assert rows[name]["decision_reason"].endswith(".")
        assert_same_figures(rows[name], plan, treatment, control)
    told = Counter(row["decision"] for row in rows.values())
    assert told.keys() == OUTCOMES
    assert min(told.values()) >= 10


def assert_same_figures(row: dict[str, Any], plan: Plan, treatment: Arm, control: Arm) -> None:
    square = stop_rule.chi_square(treatment.assigned, control.assigned, plan.treatment_probability)
    assert row["srm_chi_square"] == pytest.approx(square, rel=1e-9, abs=1e-12)
    assert row["srm_p_value"] == pytest.approx(stop_rule.chi_square_p_value(square), rel=1e-9)
    pays = stop_rule.break_even_lift(plan, treatment)
    assert row["break_even_lift"] == (None if pays is None else pytest.approx(pays, rel=1e-12))
    if not (treatment.mature and control.mature):
        causal = ("lift", "lift_lower", "lift_upper", "look_lift_lower", "look_lift_upper", "roi", "roi_lower")
        causal += ("roi_upper", "incremental_count", "incremental_value", "customers_per_arm_needed")
        assert [row[column] for column in causal] == [None] * len(causal)
        return
    counts = treatment.recalled, treatment.mature, control.recalled, control.mature
    for prefix, alpha in (("", 0.05), ("look_", plan.alpha / plan.waves)):
        limits = stop_rule.newcombe(*counts, stop_rule.NORMAL.inv_cdf(1 - alpha / 2))
        assert (row[f"{prefix}lift_lower"], row[f"{prefix}lift_upper"]) == pytest.approx(limits, abs=1e-9)
    assert_same_money(row, plan, treatment, control)


def assert_same_money(row: dict[str, Any], plan: Plan, treatment: Arm, control: Arm) -> None:
    cost = treatment.mature * plan.contact_cost + treatment.recalled * plan.offer_cost
    lift = treatment.recalled / treatment.mature - control.recalled / control.mature
    assert float(row["cost_amount"]) == pytest.approx(cost)
    if plan.second_lifetime_value is None or not cost:
        assert row["roi"] is None
        return
    gain = lift * treatment.mature * plan.second_lifetime_value
    assert row["roi"] == pytest.approx((gain - cost) / cost, abs=1e-9)
    assert row["roi_lower"] <= row["roi"] <= row["roi_upper"]


def test_half_as_much_again_proves_nothing(bench: ModelBench) -> None:
    """120 of 4,000 against 20 of 1,000: the lift may be below nothing, so not even a free contact is known to pay."""
    free = replace(PLAN, contact_cost=0.0, offer_cost=0.0, waves=1)
    (row,) = judged(bench, [("campaign", free, 1, followed(4000, 120), followed(1000, 20))]).values()
    assert row["decision"] == "inconclusive"
    assert (row["lift"], row["lift_lower"], row["lift_upper"]) == pytest.approx((0.01, -0.001740, 0.019074), abs=1e-6)
    assert row["decision_reason"] == (
        "The lift lies between -0.002 and 0.019 and a lift of 0.000 pays, and no wave is left."
    )


def test_arms_of_other_sizes_than_planned_are_not_judged(bench: ModelBench) -> None:
    half = replace(PLAN, treatment_probability=0.5)
    rows = judged(
        bench,
        [
            ("half", half, 1, followed(600, 300), followed(400, 10)),
            ("four fifths", PLAN, 1, followed(4100, 2000), followed(900, 10)),
            ("as planned", PLAN, 1, followed(4010, 2000), followed(990, 10)),
        ],
    )
    assert rows["half"]["srm_chi_square"] == pytest.approx(40)
    assert rows["half"]["srm_p_value"] == pytest.approx(2.5396e-10, rel=2e-5)
    assert rows["four fifths"]["srm_chi_square"] == pytest.approx(12.5)
    assert rows["four fifths"]["srm_p_value"] == pytest.approx(0.000407, abs=5e-7)
    assert {name: row["decision"] for name, row in rows.items()} == {
        "half": "invalid",
        "four fifths": "invalid",
        "as planned": "continue",
    }


def test_swapped_arms_turn_the_lift_round(bench: ModelBench) -> None:
    half = replace(PLAN, treatment_probability=0.5)
    random = np.random.default_rng(7)
    pairs = [(followed(n, int(random.binomial(n, 0.2))), followed(n, int(random.binomial(n, 0.06)))) for n in (50, 900)]
    rows = judged(
        bench,
        [(f"{n} as is", half, 1, treatment, control) for n, (treatment, control) in enumerate(pairs)]
        + [(f"{n} swapped", half, 1, control, treatment) for n, (treatment, control) in enumerate(pairs)],
    )
    for number in range(len(pairs)):
        as_is, swapped = rows[f"{number} as is"], rows[f"{number} swapped"]
        assert swapped["lift"] == -as_is["lift"]
        for prefix in ("lift", "look_lift"):
            assert swapped[f"{prefix}_lower"] == pytest.approx(-as_is[f"{prefix}_upper"], abs=1e-15)
            assert swapped[f"{prefix}_upper"] == pytest.approx(-as_is[f"{prefix}_lower"], abs=1e-15)
