"""Instants that people type: the two clocks of a build."""

from __future__ import annotations

from datetime import UTC, datetime


def instant_of(text: str) -> datetime:
    """Return the instant that a text names, UTC; an offset is honoured, a date alone is its first instant.

    Raises:
        ValueError: the text names none.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        return instant
    try:
        return instant.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError(text) from error
