"""What must hold of the published tables beyond dbt's tests: volume against earlier releases, privacy."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.table_rules import TableRule

SMALLEST_SHARE_OF_LAST_RELEASE = 0.5
USUAL_SHARES = (0.5, 2.0)
SOURCE_FACTS = ("fct_customer_events", "fct_order_lines", "fct_orders")  # what sources send only ever grows


@dataclass(frozen=True)
class PublishedMeasures:
    """The measures of one published table.

    Attributes:
        table: the table's name.
        rows_count: its rows now.
        share_of_last_release: rows now over rows then, of the facts that sources send; None for other tables
            and where there is nothing to compare with.
        share_of_usual: rows now over the median of the last publications; None where there are too few.
        personal_values_count: text values that look like an e-mail address, or are an address or number that raw holds.
    """

    table: str
    rows_count: int
    share_of_last_release: float | None
    share_of_usual: float | None
    personal_values_count: int


PUBLISHED_RULES = (
    TableRule(
        "volume_holds",
        "volume",
        "share_of_last_release",
        SMALLEST_SHARE_OF_LAST_RELEASE,
        None,
        "At least half the rows of the last release, for what sources send: facts do not vanish.",
        is_blocking=True,
    ),
    TableRule(
        "volume_is_usual",
        "volume",
        "share_of_usual",
        *USUAL_SHARES,
        "Between half and twice the rows of the last publications, by their median.",
        is_blocking=False,
    ),
    TableRule(
        "no_personal_values",
        "privacy",
        "personal_values_count",
        0,
        0,
        "No value looks like an e-mail address, or is an address or phone number of raw: persons stay there.",
        is_blocking=True,
    ),
)
