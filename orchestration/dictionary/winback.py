"""Claims about win-back: that plans can be drawn and judged, offers reach everybody, segments do not meet."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import use_one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.findings import Finding
    from orchestration.dictionary.tables import Dictionary, Row

SHARES = ("treatment_probability", "expected_recall_rate", "expected_lift", "min_recall_rate", "alpha", "srm_alpha")
AMOUNTS = (
    "waves_count",
    "customers_per_wave",
    "horizon_days",
    "value_days",
    "expected_second_lifetime_value",
    "budget_amount",
)
SEGMENTED_BY = ("lift_segment_type", "value_segment_type")
LEAST, MOST = Decimal("-Infinity"), Decimal("Infinity")


def plans_hold_somebody_out(dictionary: Dictionary) -> Iterator[Finding]:
    """Without a control group nothing is known of a plan; a share beyond 0 and 1 draws nobody, or everybody."""
    for row in dictionary.rows("winback_plans"):
        for column in SHARES:
            share = row.number(column)
            if share is not None and not 0 < share < 1:
                yield row.finding(column, f"{column} {row[column]} is no share", "write a number between 0 and 1")
        for column in AMOUNTS:
            if (row.number(column) or Decimal(0)) <= 0:
                yield row.finding(column, f"{column} '{row[column]}' holds nothing", "write a number above 0")


def plans_are_segmented_by_what_is_known(dictionary: Dictionary) -> Iterator[Finding]:
    """A type without segments would make everybody unknown."""
    known = list(dict.fromkeys(row["segment_type"] for row in dictionary.rows("winback_segments")))
    for row in dictionary.rows("winback_plans"):
        for column in SEGMENTED_BY:
            if row[column] not in known:
                yield row.finding(column, f"there is no segment type '{row[column]}'", use_one_of(known, row[column]))


def plans_have_an_offer_for_everybody(dictionary: Dictionary) -> Iterator[Finding]:
    """Whoever reaches no minimum would get no offer, and what it costs could not be told."""
    lowest: dict[str, Decimal] = {}
    for row in dictionary.rows("winback_offers"):
        minimum = row.number("min_second_lifetime_value")
        if minimum is not None:
            lowest[row["plan_id"]] = min(minimum, lowest.get(row["plan_id"], minimum))
    for row in dictionary.rows("winback_plans"):
        if lowest.get(row["plan_id"]) != 0:
            problem = f"plan '{row['plan_id']}' has no offer for everybody"
            yield row.finding(
                "plan_id", problem, "add one in winback_offers.csv with min_second_lifetime_value 0; it may cost 0"
            )


def segments_do_not_meet(dictionary: Dictionary) -> Iterator[Finding]:
    """A customer in two segments of a type would be counted twice; and a type is told by one measure."""
    rows = dictionary.rows("winback_segments")
    for name in dict.fromkeys(row["segment_type"] for row in rows):
        mine = [row for row in rows if row["segment_type"] == name]
        for row in mine:
            if row["measure"] != mine[0]["measure"]:
                problem = f"segment type '{name}' is told by '{mine[0]['measure']}' and by '{row['measure']}'"
                yield row.finding("measure", problem, "name one measure for each type")
        ordered = sorted(mine, key=lambda row: (_limit(row, "min_value", LEAST), row.line))
        for before, row in pairwise(ordered):
            if _limit(before, "max_value", MOST) > _limit(row, "min_value", LEAST):
                problem = f"segments '{before['segment']}' and '{row['segment']}' meet"
                yield row.finding("min_value", problem, "let each begin where the one before it ends")


def _limit(row: Row, column: str, otherwise: Decimal) -> Decimal:
    number = row.number(column)
    return otherwise if number is None else number
