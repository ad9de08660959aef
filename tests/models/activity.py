"""Activity streams that a test makes up."""

from __future__ import annotations

from datetime import datetime

START = datetime(2024, 1, 1)
EVENT_COLUMNS = (
    "event_id varchar, entity_id varchar, customer_id varchar, source_record_id varchar, campaign_id varchar, "
    "entity_type varchar, event_type varchar, source_system varchar, source_table varchar, channel varchar, "
    "function_code varchar, direction varchar, stated_value varchar, amount decimal(18, 4), occurred_at timestamp, "
    "loaded_at timestamp"
)


def build_clock(as_of: datetime) -> tuple[str, list[tuple]]:
    """Return the two clocks of a build, as a table for the bench."""
    return "as_of timestamp, known_at timestamp", [(as_of, as_of)]
