"""What is expected of a source table as a whole: that its source still sends, and about as much as usual.

Both warn: a shop may be closed for a week, and what is there is true. How many days may go by without an event is the
promise `fresh_within_days` of the contract. What each row promises lives in `row_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.table_rules import TableRule

if TYPE_CHECKING:
    from expectations.contract import Table

USUAL_SHARES = (0.25, 4.0)


@dataclass(frozen=True)
class DeliveredMeasures:
    """The measures of one source table.

    Attributes:
        table: the table's id, such as `crm.leads`.
        days_overdue: days from its newest event to as_of, less those that it promises to stay within; below 0 while
            the promise is kept, None where there is no promise or no event.
        share_of_usual: rows that arrived in this run over the median of earlier deliveries; None where nothing arrived
            or there were too few deliveries.
    """

    table: str
    days_overdue: float | None
    share_of_usual: float | None


VOLUME_IS_USUAL = TableRule(
    "volume_is_usual",
    "volume",
    "share_of_usual",
    *USUAL_SHARES,
    "What arrived is between a quarter and four times the rows of the last deliveries, by their median.",
    is_blocking=False,
)
IS_FRESH = TableRule(
    "is_fresh",
    "freshness",
    "days_overdue",
    None,
    0,
    "The newest event lies no further before as_of than the source promises.",
    is_blocking=False,
)
DELIVERED_RULES = (VOLUME_IS_USUAL, IS_FRESH)


def delivered_rules(table: Table) -> tuple[TableRule, ...]:
    """Return the rules that are asked of a source table."""
    return DELIVERED_RULES if table.fresh_within_days is not None else (VOLUME_IS_USUAL,)
