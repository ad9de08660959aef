"""The suite of row rules of a contract table, and its judgement on a frame of rows.

A frame has, for each contract column that the file sends, the value as read (`<column>`) and the text
that could not be read (`<column>__unread`, NULL where reading went well). A row that breaks a rule is
named by its index, so that landing can put it aside with the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from expectations.column_types import COLUMN_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from expectations.contract import Column, Table


@dataclass(frozen=True)
class RowRule:
    """One expectation of one column, and what to tell about a row that breaks it."""

    name: str
    column: str
    expectation: str
    arguments: tuple[tuple[str, object], ...]
    reason: str
    is_personal: bool = False

    @property
    def frame_column(self) -> str:
        """The column of the frame that the expectation looks at."""
        return dict(self.arguments).get("column", self.column)  # type: ignore[return-value]


@dataclass(frozen=True)
class RuleOutcome:
    """How many rows a rule saw and which broke it."""

    rule: RowRule
    rows_count: int
    broken_rows: tuple[int, ...]


def _rule(name: str, of: Column, expectation: str, reason: str, **arguments: object) -> RowRule:
    arguments.setdefault("column", of.name)
    return RowRule(f"{of.name}_{name}", of.name, expectation, tuple(arguments.items()), reason, of.is_personal)


def _range_text(column: Column) -> str:
    if column.min is None:
        return f"at most {column.max:g}"
    if column.max is None:
        return f"at least {column.min:g}"
    return f"between {column.min:g} and {column.max:g}"


def column_rules(column: Column) -> Iterator[RowRule]:
    """Yield the rules that one contract column promises."""
    if column.type != "text":
        reason = f"cannot be read as {column.type}; {COLUMN_TYPES[column.type].remedy}"
        yield _rule("readable", column, "ExpectColumnValuesToBeNull", reason, column=f"{column.name}__unread")
    if column.not_null:
        yield _rule("present", column, "ExpectColumnValuesToNotBeNull", "is empty; every row must have it")
    if column.values:
        allowed = ", ".join(column.values)
        yield _rule(
            "known",
            column,
            "ExpectColumnValuesToBeInSet",
            f"is none of {allowed}",
            value_set=list(column.values),
        )
    if column.min is not None or column.max is not None:
        limits = {"min_value": column.min, "max_value": column.max}
        reason = f"is not {_range_text(column)}"
        yield _rule("in_range", column, "ExpectColumnValuesToBeBetween", reason, **limits)
    if column.past:
        reason = "lies in the future; an event must have happened before it is loaded"
        yield _rule("not_in_future", column, "ExpectColumnValuesToBeBetween", reason)


def row_rules(table: Table, sent_columns: Iterable[str] | None = None) -> list[RowRule]:
    """Return the rules of a table that apply to the columns a file sends (all when None)."""
    sent = set(table.column_names if sent_columns is None else sent_columns)
    return [rule for column in table.columns if column.name in sent for rule in column_rules(column)]


def _arguments(rule: RowRule, loaded_at: datetime) -> dict[str, object]:
    arguments = dict(rule.arguments)
    if rule.name.endswith("_not_in_future"):
        arguments["max_value"] = loaded_at.replace(tzinfo=None)
    return arguments


def judge_rows(frame: pd.DataFrame, rules: list[RowRule], *, loaded_at: datetime | None = None) -> list[RuleOutcome]:
    """Hold every row of the frame against the rules.

    Args:
        frame: rows as described in the module's docstring; its index names the rows.
        rules: the rules to hold them against.
        loaded_at: the instant of loading, UTC; events after it lie in the future.
    """
    from expectations.suites import broken_indexes

    instant = loaded_at or datetime.now(UTC)
    expectations = [(rule.expectation, _arguments(rule, instant)) for rule in rules]
    broken = dict(zip((rule.name for rule in rules), broken_indexes(frame, expectations), strict=True))
    for rule in rules:  # a text that cannot be read is there, only wrong
        if rule.name.endswith("_present"):
            unread = set(broken.get(f"{rule.column}_readable", ()))
            broken[rule.name] = tuple(row for row in broken[rule.name] if row not in unread)
    return [RuleOutcome(rule, len(frame), broken[rule.name]) for rule in rules]
