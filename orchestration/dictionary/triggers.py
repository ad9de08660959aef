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
    together: tuple[tuple[str, str], ...] = ()  # the first does not go without the second
    apart: tuple[tuple[str, str], ...] = ()  # the first does not go with the second


HEARD = ("stated_values", "min_amount", "max_amount")  # which of the events it hears
TRIGGERS = {
    "event": Trigger(
        words="{event_types}",
        may_have=(
            *("event_number", "within_days", "after_event_types", "window_days", "window_measure", "window_minimum"),
            *HEARD,
        ),
        together=(
            ("after_event_types", "within_days"),
            ("window_days", "window_minimum"),
            ("window_minimum", "window_days"),
            ("window_measure", "window_days"),
        ),
        apart=(("window_days", "event_number"), ("window_days", "after_event_types")),
    ),
    "inactivity": Trigger(
        words="no {event_types} for {silent_days} days",
        needs=("silent_days",),
        may_have=("gap_multiple", "min_silent_days", "max_silent_days", *HEARD),
    ),
    "decline": Trigger(
        words="{window_measure} of {event_types} in {window_days} days at most {decline_ratio} of the days before",
        needs=("window_days", "window_measure", "decline_ratio"),
        may_have=HEARD,
    ),
    "signal": Trigger(
        words="at least {window_minimum} {event_types} within {window_days} days",
        needs=("window_days", "window_minimum"),
        may_have=("window_measure", *HEARD),
    ),
    "source": Trigger(
        words="{event_types}: {stated_values}", needs=("stated_values",), may_have=("min_amount", "max_amount")
    ),
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
