"""What the data say a threshold should be, as lines of the dictionary that a person can accept.

The published `rpt_churn_thresholds` is read; nothing is changed unless asked for.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
from rich.table import Table

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from orchestration.dictionary.tables import Dictionary, Row
    from orchestration.home import WarehouseHome

PURCHASE = "qualifying_order_placed"
ALL = ("all", "all", "all")
AFTER_FIRST_ORDER = ("orders_band", "1", "all")
SEGMENT_OF_THRESHOLD = {"churned_silent_days": ALL, "one_time_buyer_days": AFTER_FIRST_ORDER}
TITLES = ("after purchases", "category", "silent days", "why", "still return", "called churned, but returned", "missed")
WHY = {"return_rate": "return unlikely", "least_errors": "least errors", "contract_end": "contract's end"}

_DAYS = """
    select breakdown, orders_band, product_category, silent_days, chosen_by, return_rate, return_rate_lower,
        return_rate_upper, false_churn_rate, missed_churn_rate, is_threshold
    from rpt_churn_thresholds
    order by breakdown, orders_band, product_category, silent_days
"""

Segment = tuple[str, str, str]


class SuggestionError(Exception):
    """There is nothing to suggest from."""


@dataclass(frozen=True)
class Day:
    """What a threshold at one number of silent days would mean for a segment."""

    segment: Segment
    silent_days: int
    chosen_by: str | None
    return_rate: float
    return_rate_lower: float
    return_rate_upper: float
    false_churn_rate: float | None
    missed_churn_rate: float | None
    is_threshold: bool


@dataclass(frozen=True)
class Suggestion:
    """A cell of the dictionary that the data would have otherwise; `today` is None beyond what was watched."""

    row: Row
    column: str
    proposed: Day
    today: Day | None

    @property
    def present_days(self) -> str:
        """What the dictionary says now."""
        return self.row[self.column]

    @property
    def line(self) -> str:
        """The row as it would be, without a line's end."""
        cells = {name: cell.text for name, cell in self.row.cells.items()}
        cells[self.column] = str(self.proposed.silent_days)
        if "rule_version" in cells:
            cells["rule_version"] = str(int(cells["rule_version"]) + 1)
        if "silent_days" in cells:
            cells["description"] = f"No qualifying order for {self.proposed.silent_days} days."
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(cells.values())
        return written.getvalue()


def read_days(home: WarehouseHome) -> list[Day]:
    """Read every day of every segment from what readers see.

    Raises:
        SuggestionError: nothing was published yet, or by a version without churn thresholds.
    """
    if not home.published_database.exists():
        raise SuggestionError(f"Nothing is published in {home.folder} yet; `lifecycle run` publishes.")
    with duckdb.connect(home.published_database, read_only=True) as connection:
        try:
            rows = connection.execute(_DAYS).fetchall()
        except duckdb.CatalogException:
            raise SuggestionError("What is published has no churn thresholds; `lifecycle run` makes them.") from None
    return [Day((breakdown, band, category), *rest) for breakdown, band, category, *rest in rows]


def suggest(dictionary: Dictionary, days: list[Day]) -> list[Suggestion]:
    """Return the cells that the data would have otherwise.

    Nobody is churned before being at risk, so what is not above the days of that rule is not suggested.
    """
    chosen = {day.segment: day for day in days if day.is_threshold}
    told = {(day.segment, day.silent_days): day for day in days}
    found = []
    floor = _days_at_risk(dictionary)
    for row, column, segment in _cells(dictionary):
        proposed, present = chosen.get(segment), row.number(column)
        if proposed is None or present is None or proposed.silent_days <= floor:
            continue
        if proposed.silent_days != present:
            found.append(Suggestion(row, column, proposed, told.get((segment, int(present)))))
    return found


def _cells(dictionary: Dictionary) -> Iterator[tuple[Row, str, Segment]]:
    for row in dictionary.rows("stage_rules"):
        listens = row["rule_trigger"], row["to_stage"], row["event_types"]
        if listens == ("inactivity", "churned", PURCHASE) and row["silent_days"]:
            yield row, "silent_days", ALL
    for row in dictionary.rows("thresholds"):
        if row["threshold_id"] in SEGMENT_OF_THRESHOLD:
            yield row, "threshold_value", SEGMENT_OF_THRESHOLD[row["threshold_id"]]


def _days_at_risk(dictionary: Dictionary) -> Decimal:
    rules = [row for row in dictionary.rows("stage_rules") if row["to_stage"] == "at_risk"]
    return max((row.number("silent_days") or Decimal(0) for row in rules), default=Decimal(0))


def accept(suggestions: list[Suggestion]) -> None:
    """Write the suggested lines into the dictionary's files, each file at once."""
    by_path: dict[Path, list[Suggestion]] = {}
    for suggestion in suggestions:
        by_path.setdefault(suggestion.row.path, []).append(suggestion)
    for path, mine in by_path.items():
        with path.open(encoding="utf-8", newline="") as file:
            lines = file.read().split("\n")
        for suggestion in mine:
            ending = "\r" if lines[suggestion.row.line - 1].endswith("\r") else ""
            lines[suggestion.row.line - 1] = suggestion.line + ending
        written = path.with_suffix(".csv.new")
        written.write_text("\n".join(lines), encoding="utf-8", newline="")
        written.replace(path)


def print_suggestions(console: Console, days: list[Day], suggestions: list[Suggestion]) -> None:
    """Print the threshold of each segment with both errors, and the lines that would change."""
    table = Table(title="When customers count as churned", title_justify="left", box=None)
    for name in TITLES:
        table.add_column(name, overflow="fold")
    for day in days:
        if day.is_threshold:
            table.add_row(*_described(day))
    console.print(table, markup=False)
    console.print()
    for suggestion in suggestions:
        console.print("\n".join(_words(suggestion)), markup=False)
    if not suggestions:
        console.print(
            "The dictionary says what the data say, or they leave no time to be at risk; there is nothing to accept."
        )


def _words(suggestion: Suggestion) -> Iterator[str]:
    path, present, proposed = suggestion.row.path, suggestion.present_days, suggestion.proposed
    shown = path.relative_to(PROJECT_FOLDER) if path.is_relative_to(PROJECT_FOLDER) else path
    yield f"{shown}, line {suggestion.row.line}: {present} days become {proposed.silent_days}."
    yield f"  {proposed.silent_days} days: {_errors(proposed)}."
    if proposed.chosen_by == "least_errors":
        yield "  No silence makes a return unlikely here; this one is only the least wrong."
    if suggestion.today:
        yield f"  {present} days: {_errors(suggestion.today)}."
    yield f"  {suggestion.line}"


def _described(day: Day) -> tuple[str, ...]:
    breakdown, band, category = day.segment
    returns = f"{day.return_rate:.0%} ({day.return_rate_lower:.0%} to {day.return_rate_upper:.0%})"
    after = "contract" if breakdown == "contract" else band
    why = WHY[day.chosen_by or ""]
    return (
        after,
        category,
        str(day.silent_days),
        why,
        returns,
        _share(day.false_churn_rate),
        _share(day.missed_churn_rate),
    )


def _errors(day: Day) -> str:
    called, missed = _share(day.false_churn_rate), _share(day.missed_churn_rate)
    return f"of those called churned {called} returned, of the others {missed} did not"


def _share(rate: float | None) -> str:
    return "unknown" if rate is None else f"{rate:.1%}"
