"""Cumulative incidence agrees with exact fractions on random stories, and keeps its invariants."""

from __future__ import annotations

import pytest
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.aalen_johansen import Story, incidence, variance

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
COLUMNS = (
    "walk_number integer, step_number integer, measured_from varchar, cohort_number integer, duration integer, "
    "converted_count bigint, lost_count bigint, expired_count bigint, open_count bigint, mature_count bigint, "
    "mature_converted_count bigint"
)
WALK_COLUMNS = "walk_number integer, step_number integer, step_before integer"
KINDS = ("converted", "lost", "expired", "open")
DEALS = [(5, "converted"), (8, "lost"), (10, "converted"), (12, "open"), (15, "lost"), (20, "converted"), (25, "open")]
DEALS += [(30, "lost"), (35, "converted"), (40, "open")]

stories = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(KINDS)), min_size=1, max_size=30)
cohorts = st.lists(stories, min_size=1, max_size=12)


def estimated(bench: ModelBench, told: list[list[Story]]) -> dict[int, list[dict]]:
    """Return each cohort's curve as the model has it."""
    rows = [
        (1, 2, "start", number, time, *(cohort.count((time, kind)) for kind in KINDS), 0, 0)
        for number, cohort in enumerate(told)
        for time in sorted({time for time, _ in cohort})
    ]
    curves: dict[int, list[dict]] = {}
    given = {
        "int_funnel_outcomes_counted": (COLUMNS, rows),
        "int_funnel_walks_compiled": (WALK_COLUMNS, [(1, 2, None)]),
    }
    for row in bench.run("int_funnel_incidence_estimated", given):
        curves.setdefault(row["cohort_number"], []).append(row)
    return {number: sorted(curve, key=lambda row: row["duration"]) for number, curve in curves.items()}


@MANY
@given(told=cohorts)
def test_shares_are_those_of_exact_fractions(bench: ModelBench, told: list[list[Story]]) -> None:
    for number, curve in estimated(bench, told).items():
        for row, (time, survival, shares) in zip(curve, incidence(told[number]), strict=True):
            assert row["duration"] == time
            assert row["open_share"] == pytest.approx(float(survival), abs=1e-9)
            for kind, share in shares.items():
                assert row[f"{kind}_share"] == pytest.approx(float(share), abs=1e-9)
        assert curve[-1]["converted_variance"] == pytest.approx(variance(told[number]), abs=1e-9)


@MANY
@given(told=cohorts)
def test_shares_add_up_to_one_and_never_fall(bench: ModelBench, told: list[list[Story]]) -> None:
    for curve in estimated(bench, told).values():
        for row in curve:
            whole = row["open_share"] + sum(row[f"{kind}_share"] for kind in KINDS[:3])
            assert whole == pytest.approx(1, abs=1e-9)
        converted = [row["converted_share"] for row in curve]
        assert converted == sorted(converted)


@MANY
@given(told=cohorts)
def test_without_anyone_open_it_is_the_plain_share(bench: ModelBench, told: list[list[Story]]) -> None:
    closed = [[(time, "lost" if kind == "open" else kind) for time, kind in cohort] for cohort in told]
    for number, curve in estimated(bench, closed).items():
        naive = sum(kind == "converted" for _, kind in closed[number]) / len(closed[number])
        assert curve[-1]["converted_share"] == pytest.approx(naive, abs=1e-9)


@MANY
@given(told=cohorts, time=st.integers(1, 12))
def test_one_more_open_story_never_raises_an_earlier_share(
    bench: ModelBench, told: list[list[Story]], time: int
) -> None:
    """Whoever is still watched at a time without having converted by then lowers the share, or leaves it."""
    before = estimated(bench, told)
    after = estimated(bench, [[*cohort, (time, "open")] for cohort in told])
    for number, curve in before.items():
        later = {row["duration"]: row["converted_share"] for row in after[number]}
        for row in curve:
            if row["duration"] < time:
                assert later[row["duration"]] <= row["converted_share"] + 1e-9


def test_the_published_case_comes_out_to_six_digits(bench: ModelBench) -> None:
    """Ten deals of definitions 5.2; with lost ones taken for censored it would be 0.685."""
    (curve,) = estimated(bench, [DEALS]).values()
    told = {
        row["duration"]: tuple(round(row[share], 6) for share in ("open_share", "converted_share", "lost_share"))
        for row in curve
    }
    assert told == {
        5: (0.9, 0.1, 0.0),
        8: (0.8, 0.1, 0.1),
        10: (0.7, 0.2, 0.1),
        12: (0.7, 0.2, 0.1),
        15: (0.583333, 0.2, 0.216667),
        20: (0.466667, 0.316667, 0.216667),
        25: (0.466667, 0.316667, 0.216667),
        30: (0.311111, 0.316667, 0.372222),
        35: (0.155556, 0.472222, 0.372222),
        40: (0.155556, 0.472222, 0.372222),
    }


def test_conversions_alone_have_the_variance_of_greenwood(bench: ModelBench) -> None:
    (curve,) = estimated(bench, [[(5, "converted"), (9, "converted"), *[(12, "open")] * 8]]).values()
    assert curve[-1]["converted_variance"] == pytest.approx(0.8 * 0.8 * (1 / 90 + 1 / 72))
    assert curve[-1]["open_variance"] == pytest.approx(0.8 * 0.8 * (1 / 90 + 1 / 72))
