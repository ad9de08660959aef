"""What must hold of the published tables beyond dbt's tests: volume against the last release, privacy.

SQL computes the measures of each table, however large; the suite judges the small frame of measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST_SHARE_OF_LAST_RELEASE = 0.5
SOURCE_FACTS = ("fct_customer_events", "fct_order_lines", "fct_orders")  # what sources send only ever grows


@dataclass(frozen=True)
class TableMeasures:
    """The measures of one published table.

    Attributes:
        table: the table's name.
        rows_count: its rows now.
        share_of_last_release: rows now over rows then, of the facts that sources send; None for other tables
            and where there is nothing to compare with.
        personal_values_count: text values that look like an e-mail address, or are an address or number that raw holds.
    """

    table: str
    rows_count: int
    share_of_last_release: float | None
    personal_values_count: int


@dataclass(frozen=True)
class PublishedRule:
    """One expectation of every published table."""

    name: str
    measure: str
    expectation: str
    arguments: tuple[tuple[str, object], ...]
    meaning: str


@dataclass(frozen=True)
class PublishedOutcome:
    """The judgement of one rule on one table."""

    table: str
    rule: PublishedRule
    is_met: bool
    value: float | None


PUBLISHED_RULES = (
    PublishedRule(
        "volume_holds",
        "share_of_last_release",
        "ExpectColumnValuesToBeBetween",
        (("min_value", SMALLEST_SHARE_OF_LAST_RELEASE),),
        "At least half the rows of the last release, for what sources send: facts do not vanish.",
    ),
    PublishedRule(
        "no_personal_values",
        "personal_values_count",
        "ExpectColumnValuesToBeBetween",
        (("min_value", 0), ("max_value", 0)),
        "No value looks like an e-mail address, or is an address or phone number of raw: what names a person stays there.",
    ),
)


def judge_published(measures: Sequence[TableMeasures]) -> list[PublishedOutcome]:
    """Hold the measures of every table against every rule."""
    import pandas as pd

    from expectations.suites import broken_indexes

    frame = pd.DataFrame([vars(measure) for measure in measures])
    frame["share_of_last_release"] = frame["share_of_last_release"].astype("float64")
    expectations = [(rule.expectation, {"column": rule.measure, **dict(rule.arguments)}) for rule in PUBLISHED_RULES]
    broken = broken_indexes(frame, expectations)
    return [
        PublishedOutcome(measure.table, rule, row not in rows, getattr(measure, rule.measure))
        for rule, rows in zip(PUBLISHED_RULES, broken, strict=True)
        for row, measure in enumerate(measures)
    ]
