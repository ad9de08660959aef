"""Retention, lifecycle and stickiness cases of another engine come out as there.

Each has the options that docs/metrics/retention_cohorts.md names. The cases stay outside the repository; where they
are not at hand, these tests are skipped.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from activity import EVENT_COLUMNS, build_clock, event_row
from reference.retention_cohorts import CohortDefinition, Life, moved, start_of
from retention import METRIC_COLUMNS, retention_tables

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from bench import ModelBench

pytestmark = pytest.mark.xdist_group("bench")

FILE = PROJECT_FOLDER.parent / "shared" / "oracle" / "cases.json"
SECOND = timedelta(seconds=1)


def cases(kind: str) -> list[Any]:
    """Return the cases of a kind as parameters; one says that there are none."""
    found = json.loads(FILE.read_text(encoding="utf-8"))["cases"] if FILE.exists() else []
    return [pytest.param(case, id=case["id"]) for case in found if case["kind"] == kind] or [
        pytest.param(None, marks=pytest.mark.skip(reason="the cases of other engines are not at hand"))
    ]


def definition_of(params: dict[str, Any]) -> CohortDefinition:
    """Return our cohort definition for a case's words."""
    target, returning = params.get("target", "v"), params.get("returning", params.get("target", "v"))
    return CohortDefinition(
        returns=frozenset({returning}),
        entries=frozenset({target}),
        cohort_type={"recurring": "recurring", "first_time": "first_time"}[params["kind"]],
        cohort_unit=params["period"],
        period_unit=params["period"],
        minimum_events_count=params.get("minimum_occurrences", 1),
        periods_count=params["intervals"],
    )


@pytest.mark.parametrize("case", cases("retention"))
def test_a_retention_matrix_comes_out(bench: ModelBench, case: dict[str, Any]) -> None:
    params, lives = case["params"], {}
    for entity, kind, instant, *_ in case["events"]:
        lives.setdefault(entity, Life()).events.append((datetime.fromisoformat(instant), kind))
    unit, start = params["period"], start_of(params["period"], datetime.fromisoformat(params["start"]))
    end = moved(start, unit, params["intervals"])
    tables = retention_tables({"way": definition_of(params)}, list(lives.values()), end - SECOND)
    kind = "on_or_after" if params.get("cumulative") else "on"
    retained = {
        (row["cohort_start_date"], row["periods_since_start"]): row["retained_customers_count"]
        for row in bench.run("rpt_retention_cohorts", tables)
        if (row["retention_kind"], row["breakdown"]) == (kind, "all")
    }
    matrix = case["expect"]["matrix"]
    assert [
        [retained.get((moved(start, unit, number).date(), n), 0) for n in range(len(row))]
        for number, row in enumerate(matrix)
    ] == matrix, case["note"]


def activity_tables(case: dict[str, Any], as_of: datetime) -> dict[str, tuple[str, list[tuple]]]:
    """Return the tables of a case in which every event is activity."""
    events = [
        event_row(event_id=str(place), customer_id=entity, event_type=kind, occurred_at=datetime.fromisoformat(instant))
        for place, (entity, kind, instant, *_) in enumerate(case["events"])
        if datetime.fromisoformat(instant) <= as_of
    ]
    kinds = "|".join(sorted({kind for _, kind, *_ in case["events"]}))
    return {
        "metrics": (METRIC_COLUMNS, [("active", kinds, "month")]),
        "fct_customer_events": (EVENT_COLUMNS, events),
        "int_events_unioned": (EVENT_COLUMNS, events),
        "int_build_clocks_resolved": build_clock(as_of),
    }


@pytest.mark.parametrize("case", cases("lifecycle"))
def test_a_lifecycle_comes_out(bench: ModelBench, case: dict[str, Any]) -> None:
    params = case["params"]
    unit, start = params["period"], datetime.fromisoformat(params["start"])
    after_end = moved(datetime.fromisoformat(params["end"]), unit, 1)
    rows = {
        row["period_start_date"]: row
        for row in bench.run("rpt_lifecycle_accounting", activity_tables(case, after_end))
        if row["period_unit"] == unit
    }
    days = [moved(start, unit, number).date() for number in range(len(case["expect"]["new"]))]
    words = {"new": "new", "returning": "returning", "resurrecting": "resurrected", "dormant": "dormant"}
    assert {word: [rows[day][f"{ours}_customers_count"] for day in days] for word, ours in words.items()} == case[
        "expect"
    ], case["note"]


@pytest.mark.parametrize("case", cases("stickiness"))
def test_a_stickiness_comes_out(bench: ModelBench, case: dict[str, Any]) -> None:
    """The case counts the days of a span; ours are those of a month, in which the whole span lies."""
    end = moved(datetime.fromisoformat(case["params"]["end"]), "day", 1)
    counts = {
        row["active_days_count"]: row["customers_count"]
        for row in bench.run("rpt_stickiness", activity_tables(case, end))
    }
    histogram = case["expect"]["active_periods_histogram"]
    assert [counts[days] for days in range(1, len(histogram) + 1)] == histogram
