"""The order ladder agrees with exact fractions on random orders."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

import pytest
from activity import START, build_clock
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.aalen_johansen import incidence, variance

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
AS_OF = START + timedelta(days=60)
WINDOW, RUNGS = 20, 4
CHANNELS = (None, "search", "social")
ORDER_COLUMNS = "order_id varchar, customer_id varchar, is_qualifying boolean, ordered_at timestamp"
LINE_COLUMNS = "order_id varchar, line_number integer, product_id varchar, line_amount decimal(18, 4)"
CUSTOMER_COLUMNS = "customer_id varchar, acquisition_channel varchar, is_b2b boolean"

hours = st.lists(st.integers(0, 60 * 24).map(lambda hour: hour - hour % 6), max_size=7)
companies = st.lists(st.tuples(st.sampled_from(CHANNELS), hours), min_size=1, max_size=15)
Company = list[tuple[str | None, list[int]]]


def told(bench: ModelBench, company: Company) -> dict[tuple[str, str, int], dict]:
    """Return the ladder of the model, by breakdown, value and rung."""
    orders = [
        (f"{name:02}-{place:02}", f"{name:02}", True, START + timedelta(hours=hour))
        for name, (_, life) in enumerate(company)
        for place, hour in enumerate(sorted(life))
    ]
    tables = {
        "fct_orders": (ORDER_COLUMNS, orders),
        "fct_order_lines": (LINE_COLUMNS, []),
        "dim_customers": (CUSTOMER_COLUMNS, [(f"{n:02}", channel, False) for n, (channel, _) in enumerate(company)]),
        "thresholds": (
            "threshold_id varchar, threshold_value double",
            [("order_ladder_window_days", WINDOW), ("order_ladder_orders", RUNGS)],
        ),
        "int_build_clocks_resolved": build_clock(AS_OF),
    }
    rows = bench.run("rpt_order_ladder", tables)
    return {(row["breakdown"], row["breakdown_value"], row["order_number"]): row for row in rows}


def gaps(company: Company) -> dict[tuple[str, str, int], list[tuple[datetime, datetime | None]]]:
    """Return what stands on each rung: an order and the next one, if there is any."""
    found = defaultdict(list)
    for channel, life in company:
        instants = [START + timedelta(hours=hour) for hour in sorted(life)]
        for number, (ordered_at, next_at) in enumerate(pairwise([*instants, None]), start=1):
            if number <= RUNGS:
                found["all", "all", number].append((ordered_at, next_at))
                found["acquisition_channel", channel or "unknown", number].append((ordered_at, next_at))
    return found


@MANY
@given(company=companies)
def test_rates_are_those_of_exact_fractions(bench: ModelBench, company: Company) -> None:
    found = {key: row for key, row in told(bench, company).items() if key[0] in {"all", "acquisition_channel"}}
    expected = gaps(company)
    assert found.keys() == expected.keys()
    day = timedelta(days=1)
    for key, pairs in expected.items():
        row = found[key]
        mature = [(at, after) for at, after in pairs if at + WINDOW * day <= AS_OF]
        in_time = [after for at, after in mature if after is not None and after <= at + WINDOW * day]
        assert (row["reached_customers_count"], row["next_customers_count"]) == (
            len(pairs),
            sum(after is not None for _, after in pairs),
        )
        assert (row["mature_customers_count"], row["mature_next_customers_count"]) == (len(mature), len(in_time))
        stories = [
            (ceil(((after or AS_OF) - at) / day), "open" if after is None else "converted") for at, after in pairs
        ]
        curve = incidence(stories)
        shares = [float(shares["converted"]) for days, _, shares in curve if days <= WINDOW]
        assert row["next_order_rate"] == pytest.approx(shares[-1] if shares else 0, abs=1e-9)
        halves = [days for days, survival, _ in curve if survival <= 1 / 2]
        assert row["p50_days_to_next_order"] == (halves[0] if halves else None)
        assert row["watched_days"] == min(WINDOW, max(days for days, _ in stories))


@MANY
@given(company=companies)
def test_the_variance_is_that_of_its_textbook(bench: ModelBench, company: Company) -> None:
    """At the end of a curve Greenwood's variance is Marubini and Valsecchi's of one kind of end."""
    rows = bench.run(
        "int_order_ladder_estimated",
        {
            "int_order_rungs_timed": (
                "order_id varchar, order_number integer, acquisition_channel varchar, is_b2b boolean, "
                "first_product_id varchar, is_followed boolean, is_mature boolean, is_followed_in_window boolean, "
                "days integer",
                [
                    (f"{name}-{place}", 2, None, None, None, hour % 4 == 0, False, False, hour // 24)
                    for name, (_, life) in enumerate(company)
                    for place, hour in enumerate(life)
                ],
            )
        },
    )
    stories = [(hour // 24, "converted" if hour % 4 == 0 else "open") for _, life in company for hour in life]
    last = [row for row in rows if row["breakdown"] == "all"]
    if last:
        row = max(last, key=lambda row: row["days"])
        assert row["followed_variance"] == pytest.approx(variance(stories), abs=1e-9)
