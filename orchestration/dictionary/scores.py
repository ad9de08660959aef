"""Claims about health scores, risk signals and bands: that weights make a whole, scales two ends, and bands a row."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.findings import Finding
    from orchestration.dictionary.tables import Dictionary, Row

OVERALL = "overall"
MODEL_MEASURE = "risk_probability"
HIGHEST_OF_SETS = {"health": 100, "risk": 1, "pressure": 1000}  # pressure has no end; its last band is open


def weights_make_a_whole(dictionary: Dictionary) -> Iterator[Finding]:
    """Weights that do not add up to 1 say something else than they seem to."""
    groups = [row for row in dictionary.rows("health_groups") if row["health_group"] != OVERALL]
    yield from _add_up_to_one(groups, "group_weight", "the groups")
    for group in groups:
        name = group["health_group"]
        mine = [row for row in dictionary.rows("health_measures") if row["health_group"] == name]
        if not mine:
            yield group.finding("health_group", f"group '{name}' has no measure", "add one in health_measures.csv")
        yield from _add_up_to_one(mine, "measure_weight", f"group '{name}'")


def _add_up_to_one(rows: list[Row], column: str, whole: str) -> Iterator[Finding]:
    for row in rows:
        if (row.number(column) or Decimal(0)) <= 0:
            yield row.finding(column, f"{column} '{row[column]}' is no part of a whole", "write a number above 0")
    total = sum((row.number(column) or Decimal(0) for row in rows), Decimal(0))
    if rows and total != 1:
        yield rows[-1].finding(column, f"the weights of {whole} add up to {total}", "make them add up to 1")


def groups_have_an_overall(dictionary: Dictionary) -> Iterator[Finding]:
    """Without it nobody says how the groups make the score; and no measure may hide in it."""
    rows = dictionary.rows("health_groups")
    overall = [row for row in rows if row["health_group"] == OVERALL]
    if rows and not overall:
        yield rows[0].finding("health_group", f"there is no group '{OVERALL}'", "add it, without a weight")
    for row in overall:
        if row["group_weight"]:
            yield row.finding("group_weight", f"group '{OVERALL}' has a weight", "empty the cell")
    for row in dictionary.rows("health_measures"):
        if row["health_group"] == OVERALL:
            yield row.finding("health_group", f"group '{OVERALL}' holds no measures", "name another group")


def scales_have_two_ends(dictionary: Dictionary) -> Iterator[Finding]:
    """Where worst and best are one value, nothing lies between them."""
    for row in dictionary.rows("health_measures"):
        worst = row.number("worst_value")
        if worst is not None and worst == row.number("best_value"):
            yield row.finding("best_value", f"best and worst are both {row['best_value']}", "write two values")


def signals_have_a_limit(dictionary: Dictionary) -> Iterator[Finding]:
    """A signal without a limit never fires; the model's alone is chosen by its back-test."""
    for row in dictionary.rows("risk_signals"):
        if row["limit_value"] == "" and row["measure"] != MODEL_MEASURE:
            yield row.finding("limit_value", f"signal '{row['risk_signal_id']}' has no limit", "write one")


def overrides_hold_for_a_while(dictionary: Dictionary) -> Iterator[Finding]:
    """An override that ends before it begins, or is no score, is never told."""
    for row in dictionary.rows("health_overrides"):
        if row["valid_from_date"] > row["expires_date"]:
            yield row.finding("expires_date", "the override ends before it begins", "exchange the dates")
        score = row.number("health_score")
        if score is not None and not 0 <= score <= 100:  # noqa: PLR2004
            yield row.finding("health_score", f"{row['health_score']} is no score", "write 0 to 100")


def bands_rise_to_the_top(dictionary: Dictionary) -> Iterator[Finding]:
    """A band below the one before it is empty, and what lies above the last belongs to none."""
    for name, highest in HIGHEST_OF_SETS.items():
        rows = [row for row in dictionary.rows("bands") if row["band_set"] == name]
        rows.sort(key=lambda row: row.number("band_order") or Decimal(0))
        if not rows:
            continue
        values = [row.number("upper_value") or Decimal(0) for row in rows]
        for row, before, value in zip(rows[1:], values, values[1:], strict=False):
            if value <= before:
                problem = f"band '{row['band']}' ends at {value}, where the one before it ends at {before}"
                yield row.finding("upper_value", problem, "let each band end above the one before it")
        if values[-1] != highest:
            problem = f"the last band of '{name}' ends at {values[-1]}, and values go up to {highest}"
            yield rows[-1].finding("upper_value", problem, f"write {highest}")
