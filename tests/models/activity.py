"""Activity streams that a test makes up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

START = datetime(2024, 1, 1)
_COLUMN_TYPES = dict.fromkeys(
    (
        "event_id",
        "entity_id",
        "customer_id",
        "unknown_party_key",
        "source_record_id",
        "campaign_id",
        "order_id",
        "owner_id",
        "entity_type",
        "event_type",
        "source_system",
        "source_table",
        "channel",
        "function_code",
        "direction",
        "stated_value",
        "detail",
    ),
    "varchar",
) | {"amount": "decimal(18, 4)", "occurred_at": "timestamp", "loaded_at": "timestamp"}
EVENT_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in _COLUMN_TYPES.items())


def event_row(**given: Any) -> tuple:
    """Return an event of the stream; what is not given is empty."""
    defaults = {"entity_type": "customer", "source_system": "s", "source_table": "t", "loaded_at": START}
    row = defaults | {"source_record_id": given.get("event_id")} | given
    assert row.keys() <= _COLUMN_TYPES.keys()
    return tuple(row.get(name) for name in _COLUMN_TYPES)


def build_clock(as_of: datetime) -> tuple[str, list[tuple]]:
    """Return the two clocks of a build, as a table for the bench."""
    return "as_of timestamp, known_at timestamp", [(as_of, as_of)]
