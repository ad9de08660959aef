"""Churn thresholds: the golden curve, and errors counted snapshot by snapshot on random silences."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from activity import build_clock
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
START, DAY = date(2024, 1, 1), timedelta(days=1)
CATEGORIES = ("books", None)
SILENCE_COLUMNS = (
    "customer_id varchar, counted_from varchar, started_date date, orders_band varchar, product_category varchar, "
    "is_followed boolean, silent_days integer, age_days integer"
)


def limits(horizon: int, fewest: int = 1) -> tuple[str, list[tuple]]:
    """Return the thresholds of the dictionary that the models read."""
    rows = [("churn_horizon_days", horizon), ("churn_return_rate", 0.1), ("churn_silences", fewest)]
    return "threshold_id varchar, threshold_value double", rows


def days_until(as_of: date) -> tuple[str, list[tuple]]:
    """Return the spine of days."""
    return "day_start_date date", [(START + n * DAY,) for n in range((as_of - START).days + 1)]


def test_the_curve_of_gaps_has_its_golden_values(bench: ModelBench) -> None:
    closed, still_open = (10, 20, 30, 40, 60, 90), (25, 50, 100, 200)
    silences = [(f"{n}", "purchase", START, "1", "books", True, days, 200) for n, days in enumerate(closed)]
    silences += [(f"o{n}", "purchase", START, "1", "books", False, days, days) for n, days in enumerate(still_open)]
    found = bench.run_all(
        ["int_return_curves_estimated", "rpt_churn_thresholds"],
        {
            "int_silences_found": (SILENCE_COLUMNS, silences),
            "int_days_spined": days_until(START + 200 * DAY),
            "thresholds": limits(horizon=30),
        },
    )
    survival = {r["silent_days"]: r["silent_share"] for r in found["int_return_curves_estimated"]}
    golden = {10: 0.9, 20: 0.8, 30: 0.685714, 40: 0.571429, 60: 0.428571, 90: 0.285714}
    assert {day: round(survival[day], 6) for day in golden} == golden
    returns = {r["silent_days"]: r["return_rate"] for r in found["rpt_churn_thresholds"] if r["breakdown"] == "all"}
    assert returns[30] == pytest.approx(0.375, abs=1e-9)
    assert max(returns) == 170


lives = st.lists(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(CATEGORIES)), min_size=1, max_size=6),
    min_size=1,
    max_size=12,
)
Life = list[tuple[int, str | None]]
Segment = tuple[str, str, str]


def segments_of(number: int, category: str | None) -> list[Segment]:
    """Return the segments of a silence after a customer's n-th day of purchase."""
    band = str(number) if number < 3 else "3+"
    return [
        ("all", "all", "all"),
        ("orders_band", band, "all"),
        ("orders_band_and_category", band, category or "unknown"),
    ]


def watched(lives: list[Life], as_of: date, horizon: int) -> dict[tuple[Segment, int], Counter]:
    """Look at every customer on every mature day, and note how silent it was and whether it came back in time."""
    seen: dict[tuple[Segment, int], Counter] = defaultdict(Counter)
    for life in lives:
        bought = sorted({START + day * DAY: category for day, category in sorted(life, key=str)}.items())
        for number, ((purchased, category), (returned, _)) in enumerate(pairwise([*bought, (None, None)]), start=1):
            today = purchased
            while today + horizon * DAY <= as_of and (returned is None or today < returned):
                is_back = returned is not None and returned <= today + horizon * DAY
                for segment in segments_of(number, category):
                    seen[segment, (today - purchased).days]["back" if is_back else "gone"] += 1
                today += DAY
    return seen


@MANY
@given(lives=lives, horizon=st.integers(1, 20))
def test_errors_are_those_of_every_customer_on_every_day(bench: ModelBench, lives: list[Life], horizon: int) -> None:
    as_of = START + 60 * DAY
    bought = {(f"{n:02}", day): category for n, life in enumerate(lives) for day, category in sorted(life, key=str)}
    rows = bench.run(
        "rpt_churn_thresholds",
        {
            "int_purchase_days_summed": (
                "customer_id varchar, purchase_date date",
                [(customer, START + day * DAY) for customer, day in bought],
            ),
            "fct_order_lines": (
                "customer_id varchar, product_id varchar, line_amount decimal(18, 4), ordered_at timestamp",
                [
                    (customer, category, 1, datetime.combine(START + day * DAY, time(9)))
                    for (customer, day), category in bought.items()
                ],
            ),
            "stg_orders__products": ("product_id varchar, category varchar", [("books", "books")]),
            "int_contracts_dated": (
                "contract_id varchar, customer_id varchar, started_date date, ended_date date",
                [],
            ),
            "int_build_clocks_resolved": build_clock(datetime.combine(as_of, time(23, 59))),
            "int_days_spined": days_until(as_of),
            "thresholds": limits(horizon),
        },
    )
    seen = watched(lives, as_of, horizon)
    for row in rows:
        segment = row["breakdown"], row["orders_band"], row["product_category"]
        mine = {day: counts for (name, day), counts in seen.items() if name == segment}
        churned = sum((counts for day, counts in mine.items() if day >= row["silent_days"]), Counter())
        alive = sum((counts for day, counts in mine.items() if day < row["silent_days"]), Counter())
        assert (row["churned_snapshots_count"], row["churned_returning_count"]) == (churned.total(), churned["back"])
        assert (row["alive_snapshots_count"], row["alive_gone_count"]) == (alive.total(), alive["gone"])
        assert 0 <= row["return_rate"] <= 1
    chosen = Counter((r["breakdown"], r["orders_band"], r["product_category"]) for r in rows if r["is_threshold"])
    assert not chosen or max(chosen.values()) == 1
