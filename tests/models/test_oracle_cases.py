"""Funnel cases of other engines come out as there, each with the options that docs/metrics/funnel_options.md names.

The cases stay outside the repository; where they are not at hand, these tests are skipped.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import pytest
from funnels import funnel_tables
from reference.funnel_walk import Event, Exclusion, Funnel, Step

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from bench import ModelBench

pytestmark = pytest.mark.xdist_group("bench")

FILE = PROJECT_FOLDER.parent / "shared" / "oracle" / "cases.json"
KINDS = ("funnel", "funnel_level", "time_to_convert", "funnel_trend")
ALL_INTERRUPTIONS = frozenset({"ahead", "start", "done", "others"})

# Another engine's word for an order of steps: our options.
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "PostHog": {
        "ordered": {"attempts_kept": "best"},
        "unordered": {"attempts_kept": "best", "step_order": "any"},
        "strict": {"attempts_kept": "best", "interrupted_by": ALL_INTERRUPTIONS},
    },
    "ClickHouse": {
        "ordered": {"attempts_kept": "best", "is_event_counted_once": False},
        "strict_order": {"attempts_kept": "first", "interrupted_by": frozenset({"ahead", "start", "others"})},
        "strict_order+allow_reentry": {"attempts_kept": "first", "interrupted_by": frozenset({"ahead", "others"})},
        "strict_deduplication": {"attempts_kept": "first", "interrupted_by": frozenset({"done"})},
        "strict_deduplication+strict_order": {"attempts_kept": "first", "interrupted_by": ALL_INTERRUPTIONS},
        "strict_increase": {"attempts_kept": "best", "is_later_instant_required": True},
        "strict_once": {"attempts_kept": "best"},
    },
    "Mixpanel": {"ordered": {"attempts_kept": "first"}},
}


def cases() -> list[tuple[dict[str, Any], str]]:
    """Return each funnel case with each order of steps that it names; one parameter says that there are none."""
    if not FILE.exists():
        return []
    found = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
    return [(case, order) for case in found if case["kind"] in KINDS for order in _orders(case["params"].get("order"))]


def _orders(named: list[str] | None) -> list[str]:
    """Return one key of `OPTIONS` for each order; several modes of one ClickHouse call are one."""
    if not named:
        return ["ordered"]
    if len(named) > 1 and any(name.startswith(("strict_", "allow_")) for name in named):
        modes = sorted(name for name in named if name != "ordered")
        return ["+".join([*(m for m in modes if m != "allow_reentry"), *(m for m in modes if m == "allow_reentry")])]
    return [name.partition("(")[0] for name in named]


def funnel_of(case: dict[str, Any], order: str) -> Funnel:
    """Return our funnel for a case."""
    engine = next(name for name in OPTIONS if name.lower() in case["source"].lower())
    params = case["params"]
    options = OPTIONS[engine][order] | ({"attempts_kept": "first"} if params.get("entry") == "first" else {})
    return Funnel(
        steps=tuple(Step((kind,)) for kind in params["steps"]),
        window=timedelta(seconds=params["window_s"]),
        exclusions=tuple(
            Exclusion((one["event"],), one["after_step"], one["before_step"], one.get("scope", "attempt"))
            for one in params.get("exclusions", ())
        ),
        **options,
    )


def lives_of(case: dict[str, Any]) -> dict[str, list[Event]]:
    """Return the case's events by entity, numbered in the order in which it lists them."""
    lives: dict[str, list[Event]] = {}
    for place, (entity, kind, instant, *_) in enumerate(case["events"]):
        lives.setdefault(entity, []).append(Event(datetime.fromisoformat(instant), kind, f"{place:05}"))
    return lives


AS_OF = datetime(2030, 1, 1)


def _count(case: dict, rows: list[dict], _: list[dict]) -> list[int]:
    by_step = {
        row["step_number"]: row["converted_count"]
        for row in rows
        if (row["measured_from"], row["cohort_grain"], row["breakdown"]) == ("start", "all", "all")
    }
    return [by_step.get(number, 0) for number in range(1, len(case["params"]["steps"]) + 1)]


def _seconds(attempts: list[dict], first: int, last: int) -> list[float]:
    spans = [(row[f"step_{first}_at"], row[f"step_{last}_at"]) for row in attempts if row[f"step_{last}_at"]]
    return [(end - start).total_seconds() for start, end in spans]


def _time(summary: Any) -> Any:
    def told(case: dict, _: list[dict], attempts: list[dict]) -> Any:
        params = case["params"]
        if "from_step" in params:
            return summary(_seconds(attempts, params["from_step"], params["to_step"]))
        steps = range(2, len(params["steps"]) + 1)
        return [None, *(summary(found) if (found := _seconds(attempts, k - 1, k)) else None for k in steps)]

    return told


def _level(case: dict, _: list[dict], attempts: list[dict]) -> dict[str, int]:
    reached = {row["entity_id"]: row["steps_reached_count"] for row in attempts if not row["is_excluded"]}
    return {entity: reached.get(entity, 0) for entity in lives_of(case)}


def _durations(case: dict, _: list[dict], attempts: list[dict]) -> list[float]:
    ordered = sorted(attempts, key=lambda row: row["started_at"])
    return _seconds(ordered, case["params"]["from_step"], case["params"]["to_step"])


TOLD = {
    "counts": _count,
    "avg": _time(fmean),
    "median": _time(median),
    "level": _level,
    "durations_s": _durations,
}
NOT_OURS = {"auto_bins", "bins_7"}  # a histogram's bins are the dashboard's; the durations in them are compared


@pytest.mark.parametrize(
    ("case", "order"),
    [pytest.param(*found, id=f"{found[0]['id']}-{found[1]}") for found in cases() if found[0]["kind"] != "funnel_trend"]
    or [pytest.param(None, None, marks=pytest.mark.skip(reason="the cases of other engines are not at hand"))],
)
def test_a_case_comes_out_as_in_the_other_engine(bench: ModelBench, case: dict[str, Any], order: str) -> None:
    tables = funnel_tables({"way": funnel_of(case, order)}, lives_of(case), AS_OF)
    built = bench.run_all(["rpt_funnel_conversion", "fct_funnel_attempts"], tables)
    for key, expected in case["expect"].items():
        if key not in NOT_OURS:
            found = TOLD[key](case, built["rpt_funnel_conversion"], built["fct_funnel_attempts"])
            assert found == expected, (key, case["note"])


ZONES = {"UTC": "UTC", "US_Pacific": "US/Pacific"}


@pytest.mark.parametrize(
    ("case", "zone"),
    [
        pytest.param(found, zone, id=f"{found['id']}-{zone}")
        for found, _ in cases()
        if found["kind"] == "funnel_trend"
        for zone in found["expect"]
    ]
    or [pytest.param(None, None, marks=pytest.mark.skip(reason="the cases of other engines are not at hand"))],
)
def test_a_trend_counts_by_the_month_of_its_time_zone(bench: ModelBench, case: dict[str, Any], zone: str) -> None:
    """The expectation is a sentence: `entry month 2020-05, 1/1 converted`."""
    funnel = funnel_of(case, "ordered")
    rows = bench.run(
        "rpt_funnel_conversion", funnel_tables({"way": funnel}, lives_of(case), AS_OF, time_zone=ZONES[zone])
    )
    found = {
        f"entry month {row['cohort_start_date']:%Y-%m}, {row['converted_count']}/{row['entered_count']} converted"
        for row in rows
        if (row["cohort_grain"], row["measured_from"], row["step_number"]) == ("month", "start", len(funnel.steps))
        and isinstance(row["cohort_start_date"], date)
    }
    assert found == {case["expect"][zone]}
