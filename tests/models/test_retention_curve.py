"""The retention curve of random new customers is what a plain count tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from activity import EVENT_COLUMNS, START, build_clock, event_row
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WATCHED, DAYS = 40, 31
AS_OF = START + timedelta(days=50)
CUSTOMER_COLUMNS = "customer_id varchar, acquisition_channel varchar, is_b2b boolean, first_ordered_at timestamp"

lives = st.tuples(  # the hour of the first order, and the hours of use since the start
    st.none() | st.integers(0, 20 * 24), st.lists(st.integers(0, 50 * 24), max_size=8)
)


@MANY
@given(company=st.lists(lives, min_size=1, max_size=12))
def test_the_curve_is_that_of_a_plain_count(bench: ModelBench, company: list[tuple[int | None, list[int]]]) -> None:
    hour = timedelta(hours=1)
    tables = {
        "metrics": ("metric_id varchar, event_types varchar, period_unit varchar", [("use", "used", "day")]),
        "dim_customers": (
            CUSTOMER_COLUMNS,
            [(str(n), None, None, None if at is None else START + at * hour) for n, (at, _) in enumerate(company)],
        ),
        "fct_customer_events": (
            EVENT_COLUMNS,
            [
                event_row(event_id=f"{n}-{k}", customer_id=str(n), event_type="used", occurred_at=START + at * hour)
                for n, (_, uses) in enumerate(company)
                for k, at in enumerate(uses)
            ],
        ),
        "thresholds": (
            "threshold_id varchar, threshold_value double",
            [("retention_curve_watched_days", WATCHED)],
        ),
        "int_build_clocks_resolved": build_clock(AS_OF),
    }
    rows = sorted(
        (row for row in bench.run("rpt_retention_curve", tables) if row["breakdown"] == "all"),
        key=lambda row: row["day_number"],
    )
    watched = [
        {0} | {(use - at) // 24 for use in uses if use >= at and (use - at) // 24 < WATCHED}
        for at, uses in company
        if at is not None and at + WATCHED * 24 <= 50 * 24
    ]
    assert [row["day_number"] for row in rows] == (list(range(DAYS)) if watched else [])
    for row in rows:
        day = row["day_number"]
        assert row["customers_count"] == len(watched)
        assert row["retained_customers_count"] == sum(max(days) >= day for days in watched)
        assert row["active_customers_count"] == sum(day in days for days in watched)
        assert row["left_customers_count"] == sum(max(days) == day for days in watched)
    assert sum(row["is_drop_node"] for row in rows) == any(max(days) < DAYS for days in watched)
