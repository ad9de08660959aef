"""Retention cohorts of random companies and definitions, all options mixed, are those of the plain Python version."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest
from activity import START
from bench import ModelBench
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from reference.retention_cohorts import Cell, CohortDefinition, Life, cells
from retention import retention_tables

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
UNITS = ("day", "week", "month")
KINDS = ("a", "b", "c")

# The end of January and a leap day, on which months of different length meet.
instants = st.one_of(
    st.integers(0, 300).map(lambda halves: START + timedelta(hours=12 * halves)),
    st.integers(0, 10).map(lambda hours: datetime(2024, 1, 31, 12) + timedelta(hours=6 * hours)),
    st.integers(0, 10).map(lambda hours: datetime(2024, 2, 28, 12) + timedelta(hours=6 * hours)),
)
lives = st.builds(
    Life,
    events=st.lists(st.tuples(instants, st.sampled_from(KINDS)), max_size=12),
    orders=st.lists(st.tuples(instants, st.integers(1, 99_999).map(lambda cents: Decimal(cents) / 100)), max_size=4),
    returns_to_life=st.lists(instants, max_size=3),
)


@st.composite
def cohort_definitions(draw: st.DrawFn) -> CohortDefinition:
    """Draw a definition that the dictionary's checks would let pass."""
    cohort_type = draw(st.sampled_from(("first_time", "recurring", "reactivated")))
    alignment = "calendar" if cohort_type == "recurring" else draw(st.sampled_from(("calendar", "rolling")))
    period_unit = draw(st.sampled_from(UNITS))
    periods_count = draw(st.integers(1, 15))
    steps = draw(st.lists(st.integers(1, 4), max_size=4))
    starts = tuple(start for start in accumulate(steps) if start <= periods_count + 1)
    sets_of_kinds = st.frozensets(st.sampled_from(KINDS), min_size=1)
    return CohortDefinition(
        returns=draw(sets_of_kinds),
        entries=frozenset() if cohort_type == "reactivated" else draw(st.one_of(st.just(frozenset()), sets_of_kinds)),
        cohort_type=cohort_type,
        cohort_unit=period_unit if alignment == "calendar" else draw(st.sampled_from(UNITS)),
        period_unit=period_unit,
        alignment=alignment,
        minimum_events_count=draw(st.integers(1, 2)),
        periods_count=periods_count,
        bracket_starts=starts if len(starts) > 1 else (),
    )


cases = st.tuples(
    st.lists(cohort_definitions(), min_size=1, max_size=5), st.lists(lives, min_size=1, max_size=8), instants
)
Case = tuple[list[CohortDefinition], list[Life], datetime]


def told_by_sql(bench: ModelBench, case: Case) -> dict[tuple, Cell]:
    """Return the cells of all definitions, all customers together, as the reference tells them."""
    definitions, company, as_of = case
    tables = retention_tables({str(n): one for n, one in enumerate(definitions)}, company, as_of)
    return {
        (
            int(row["cohort_definition_id"]),
            row["cohort_start_date"],
            row["retention_kind"],
            row["periods_since_start"],
        ): Cell(
            row["cohort_customers_count"],
            row["mature_customers_count"],
            row["retained_customers_count"],
            row["mature_retained_customers_count"],
            row["retained_amount"] or Decimal(0),
            row["mature_start_amount"],
            row["mature_retained_amount"] or Decimal(0),
        )
        for row in bench.run("rpt_retention_cohorts", tables)
        if row["breakdown"] == "all"
    }


def told_plainly(case: Case) -> dict[tuple, Cell]:
    """Return the same, by the reference."""
    definitions, company, as_of = case
    past = [
        Life(
            [event for event in life.events if event[0] <= as_of],
            [order for order in life.orders if order[0] <= as_of],
            [at for at in life.returns_to_life if at <= as_of],
        )
        for life in company
    ]
    return {
        (number, *key): cell
        for number, definition in enumerate(definitions)
        for key, cell in cells(definition, past, as_of).items()
    }


@MANY
@given(case=cases)
def test_cohorts_are_those_of_the_plain_version(bench: ModelBench, case: Case) -> None:
    assert told_by_sql(bench, case) == told_plainly(case)


FAULTS = [
    ("int_cohort_spans_listed", "period_number + 1 as judged_after_count", "period_number as judged_after_count"),
    ("int_cohort_spans_counted", "period_number < spans.end_period", "period_number <= spans.end_period"),
    ("int_cohort_spans_counted", "max(max(whole_periods_count)) over", "min(max(whole_periods_count)) over"),
    ("int_cohort_members_found", "min(entered_at) as entered_at", "max(entered_at) as entered_at"),
    ("int_cohort_periods_found", ">= max(minimum_events_count)", ">= 1"),
    ("int_cohort_periods_numbered", "or periods.period_number = members.entry_period_number", "or false"),
    ("int_cohort_spans_counted", "previous_period_number < spans.first_period_number", "previous_period_number < 0"),
    ("int_cohort_members_found", "min(followed_from_at) over", "max(followed_from_at) over"),
]


@pytest.mark.parametrize(("model", "sound", "faulty"), FAULTS)
def test_a_fault_in_the_sql_is_caught(bench: ModelBench, model: str, sound: str, faulty: str) -> None:
    altered = bench.altered(model, sound, faulty)
    found = find(
        cases,
        lambda case: told_by_sql(altered, case) != told_plainly(case),
        settings=settings(MANY, max_examples=1500, phases=[Phase.generate]),
    )
    assert found
