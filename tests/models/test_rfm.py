"""RFM scores of random customers are those of a plain sort."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from activity import START, build_clock
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.dictionary.tables import read_table
from orchestration.home import DICTIONARY_FOLDER

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAY = timedelta(days=1)
AS_OF = START + 100 * DAY
LIMITS = ("min_recency", "max_recency", "min_frequency", "max_frequency", "min_monetary", "max_monetary")
SEGMENTS = [
    (row["rfm_scheme"], row["segment"], *(int(row[name]) for name in ("segment_order", *LIMITS)))
    for row in read_table(DICTIONARY_FOLDER / "rfm_segments.csv").rows
]
# Few days and few amounts, so that many are equal.
purchases = st.lists(st.tuples(st.integers(0, 12), st.sampled_from((5, 10, 20))), min_size=1, max_size=4)


@MANY
@given(company=st.lists(purchases, min_size=1, max_size=23))
def test_scores_are_those_of_a_plain_sort(bench: ModelBench, company: list[list[tuple[int, int]]]) -> None:
    tables = {
        "fct_orders": (
            "customer_id varchar, currency varchar, order_amount decimal(18, 4), is_qualifying boolean, "
            "ordered_at timestamp",
            [
                (f"{n:02}", "EUR", amount, True, START + 8 * day * DAY)
                for n, own in enumerate(company)
                for day, amount in own
            ],
        ),
        "int_reporting_rates_resolved": ("currency varchar, reporting_rate decimal(18, 9)", [("EUR", 1)]),
        "thresholds": (
            "threshold_id varchar, threshold_value double",
            [("rfm_history_months", 3), ("rfm_quintiles_customers", 1)],
        ),
        "rfm_segments": (
            "rfm_scheme varchar, segment varchar, segment_order integer, "
            + ", ".join(f"{name} integer" for name in LIMITS),
            SEGMENTS,
        ),
        "int_build_clocks_resolved": build_clock(AS_OF),
    }
    values = [(max(day for day, _ in own), len(own), Decimal(sum(amount for _, amount in own))) for own in company]
    found = {(row["rfm_scheme"], int(row["customer_id"])): row for row in bench.run("rpt_rfm", tables)}
    assert len(found) == 2 * len(company)
    for customer in range(len(company)):
        fifths = tuple(_fifth([value[place] for value in values], customer) for place in range(3))
        thirds = tuple(
            1 + 3 * sum(value[place] < values[customer][place] for value in values) // len(values) for place in range(3)
        )
        for scheme, scores in (("quintiles", fifths), ("terciles", thirds)):
            row = found[scheme, customer]
            assert (row["recency_score"], row["frequency_score"], row["monetary_score"]) == scores
            assert row["segment"] == _segment(scheme, scores)


def _fifth(values: list, customer: int) -> int:
    """Return the part of the customer: five parts, the first ones larger by one where they are not equal."""
    place = sorted(range(len(values)), key=lambda n: (values[n], n)).index(customer)
    size, larger = divmod(len(values), 5)
    bounds = [number * size + min(number, larger) for number in range(1, 6)]
    return 1 + next(number for number, bound in enumerate(bounds) if place < bound)


def _segment(scheme: str, scores: tuple[int, ...]) -> str:
    fitting = [
        (order, segment)
        for own, segment, order, *limits in SEGMENTS
        if own == scheme
        and all(low <= score <= high for score, low, high in zip(scores, limits[::2], limits[1::2], strict=True))
    ]
    return min(fitting)[1]
