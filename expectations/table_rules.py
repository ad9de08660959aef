"""Rules about whole tables: one measure of each within limits. Which measures there are: `delivered` and `published`.

SQL computes the measures of each table, however large; the suite judges the small frame of measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Measures(Protocol):
    """The measures of one table; a measure is None where there is nothing to judge."""

    @property
    def table(self) -> str:
        """The table's name."""
        ...


@dataclass(frozen=True)
class TableRule:
    """One expectation of every table of a kind.

    Attributes:
        name: what the check is called.
        kind: what it is about: volume, freshness or privacy.
        measure: the attribute of the measures that it looks at.
        at_least: the lowest value that is right; None for any.
        at_most: the highest value that is right; None for any.
        meaning: what holds where it is met.
        is_blocking: whether nothing is published where it is broken; else it warns.
    """

    name: str
    kind: str
    measure: str
    at_least: float | None
    at_most: float | None
    meaning: str
    is_blocking: bool


@dataclass(frozen=True)
class TableOutcome:
    """The judgement of one rule on one table."""

    table: str
    rule: TableRule
    is_met: bool
    value: float | None


def judge_tables(measures: Sequence[Measures], rules: Sequence[TableRule]) -> list[TableOutcome]:
    """Hold the measures of every table against every rule."""
    import pandas as pd

    from expectations.suites import broken_indexes

    names = {rule.measure for rule in rules}
    frame = pd.DataFrame([{name: getattr(of_table, name) for name in names} for of_table in measures], dtype="float64")
    if frame.empty:
        return []
    expectations = [
        (
            "ExpectColumnValuesToBeBetween",
            {"column": rule.measure, "min_value": rule.at_least, "max_value": rule.at_most},
        )
        for rule in rules
    ]
    return [
        TableOutcome(of_table.table, rule, row not in rows, getattr(of_table, rule.measure))
        for rule, rows in zip(rules, broken_indexes(frame, expectations), strict=True)
        for row, of_table in enumerate(measures)
    ]
