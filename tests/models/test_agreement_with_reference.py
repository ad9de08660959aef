"""The SQL agrees with the plain Python versions on random histories."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from activity import EVENT_COLUMNS, START, build_clock
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.cohort_triangle import triangle
from reference.funnel_walk import first_attempt

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.xdist_group("bench")

KINDS = ("a", "b", "c", "d")
MANY = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

instants = st.integers(0, 24).map(lambda step: START + timedelta(hours=12 * step))
histories = st.lists(st.tuples(instants, st.sampled_from(KINDS)), max_size=14)
companies = st.lists(histories, min_size=1, max_size=8)
clocks = st.integers(0, 30).map(lambda step: START + timedelta(hours=12 * step))


def event_rows(company: list[list[tuple[datetime, str]]], as_of: datetime) -> list[tuple]:
    """Return the activity stream of plain histories up to as_of; each entity is a customer."""
    rows = []
    for number, history in enumerate(company):
        for place, (occurred_at, kind) in enumerate(history):
            if occurred_at <= as_of:
                key, entity = f"{number}-{place:02}", f"E{number}"
                texts = (key, entity, entity, key, None, "customer", kind, "s", "t", None, None, None)
                rows.append((*texts, None, None, occurred_at, START))
    return rows


@MANY
@given(
    steps=st.lists(st.sampled_from(KINDS), min_size=1, max_size=5),
    window=st.one_of(st.none(), st.integers(0, 8)),
    company=companies,
    as_of=clocks,
)
def test_funnel_attempts_are_those_of_the_walk(
    bench: ModelBench, steps: list[str], window: int | None, company: list[list[tuple[datetime, str]]], as_of: datetime
) -> None:
    rows = bench.run(
        "fct_funnel_attempts",
        {
            "funnels": (
                "funnel_id varchar, entity_type varchar, window_days integer, exit_event_types varchar",
                [("way", "customer", window, None)],
            ),
            "funnel_steps": (
                "funnel_id varchar, step_number integer, step varchar, event_type varchar",
                [("way", number, f"s{number}", kind) for number, kind in enumerate(steps, start=1)],
            ),
            "fct_customer_events": (EVENT_COLUMNS, event_rows(company, as_of)),
        },
    )
    found = {row["entity_id"]: _instants(row) for row in rows}
    expected = {
        f"E{number}": first_attempt(steps, window, [event for event in history if event[0] <= as_of])
        for number, history in enumerate(company)
    }
    assert found == {key: reached for key, reached in expected.items() if reached}


def _instants(row: dict[str, Any]) -> list[datetime]:
    return [row[f"step_{number}_at"] for number in range(1, 9) if row[f"step_{number}_at"] is not None]


long_instants = st.integers(0, 400).map(lambda days: START + timedelta(days=days))


@MANY
@given(
    company=st.lists(st.lists(long_instants, min_size=1, max_size=6), min_size=1, max_size=8),
    as_of=st.integers(0, 430).map(lambda days: START + timedelta(days=days)),
)
def test_retention_cohorts_are_those_of_the_triangle(
    bench: ModelBench, company: list[list[datetime]], as_of: datetime
) -> None:
    histories_of_a = [[(instant, "a") for instant in history] for history in company]
    events = event_rows(histories_of_a, as_of)
    rows = bench.run(
        "rpt_retention_cohorts",
        {
            "metrics": ("metric_id varchar, period_unit varchar, event_types varchar", [("kept", "month", "a|b")]),
            "fct_customer_events": (EVENT_COLUMNS, events),
            "int_events_unioned": (EVENT_COLUMNS, events),
            "int_build_clocks_resolved": build_clock(as_of),
        },
    )
    found = {
        (row["cohort_month_start_date"], row["months_since_start"]): (
            row["cohort_customers_count"],
            row["retained_customers_count"],
            row["retention_rate"],
        )
        for row in rows
    }
    activity = [(f"E{number}", instant) for number, history in enumerate(company) for instant in history]
    assert found == triangle(activity, as_of)
