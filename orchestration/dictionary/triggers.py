"""What each trigger of a stage rule needs, and how it reads in words.

The one place to extend when the engine learns a trigger or a trigger learns a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.dictionary.tables import Row


@dataclass(frozen=True)
class Trigger:
    """The trigger's own columns, beside the event types that every rule has; others must be empty."""

    words: str  # with a column's name in braces where its value belongs
    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()


TRIGGERS = {
    "event": Trigger(words="{event_types}"),
    "inactivity": Trigger(words="no {event_types} for {silent_days} days", needs=("silent_days",)),
}
TRIGGER_COLUMNS = frozenset(name for trigger in TRIGGERS.values() for name in (*trigger.needs, *trigger.may_have))


def in_words(row: Row) -> str:
    """Return when a rule becomes true, with what its trigger may have added where it is given."""
    trigger = TRIGGERS.get(row["rule_trigger"])
    if trigger is None:
        return row["rule_trigger"]
    values = {name: row[name] for name in (*trigger.needs, *trigger.may_have)}
    text = trigger.words.format(event_types=" or ".join(row.parts("event_types")), **values)
    added = [f"{name} {values[name]}" for name in trigger.may_have if values[name]]
    return ", ".join([text, *added])
