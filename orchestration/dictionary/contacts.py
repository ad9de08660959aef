"""Claims about contacts: caps allow some, name known stages and are told apart, and each type has a weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.dictionary.findings import Finding
from orchestration.dictionary.lifecycles import lifecycles_of
from orchestration.dictionary.stages import unknown_stage
from orchestration.dictionary.vocabulary import MOST_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.tables import Dictionary, Row

LIFECYCLE = "customer"
CONTACT_TYPES = ("message", "mail", "survey", "care", "call", "training", "meeting", "visit")  # those that may count
SCOPE = ("stage", "channel", "function_code", "window_days")


def caps_allow_a_contact(dictionary: Dictionary) -> Iterator[Finding]:
    """A cap of nothing forbids contact, which is for the person's consent to say and not for a cap."""
    for row in dictionary.rows("contact_caps"):
        most = row.number("max_contacts")
        if most is not None and most < 1:
            problem = f"cap '{row['cap_id']}' allows {row['max_contacts']} contacts"
            yield row.finding("max_contacts", problem, "write a number from 1 on")


def caps_look_back_within_reach(dictionary: Dictionary) -> Iterator[Finding]:
    """Days are counted in seconds, of which an engine has only so many."""
    for row in dictionary.rows("contact_caps"):
        if (row.number("window_days") or 0) > MOST_DAYS:
            yield row.finding("window_days", f"{row['window_days']} days are too many", f"write at most {MOST_DAYS}")


def caps_name_known_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """A cap of a stage in which no customer can stand is never exceeded."""
    for lifecycle in lifecycles_of(dictionary):
        if lifecycle.name != LIFECYCLE:
            continue
        for row in dictionary.rows("contact_caps"):
            if row["stage"] and row["stage"] not in lifecycle.stage_names:
                yield unknown_stage(row, "stage", row["stage"], lifecycle)


def caps_are_told_apart(dictionary: Dictionary) -> Iterator[Finding]:
    """Of two caps on the same contacts the larger one never says anything of its own."""
    first: dict[tuple[str, ...], Row] = {}
    for row in dictionary.rows("contact_caps"):
        other = first.setdefault(tuple(row[column] for column in SCOPE), row)
        if other is not row:
            problem = f"caps '{other['cap_id']}' and '{row['cap_id']}' count the same contacts"
            yield row.finding("cap_id", problem, f"remove one; the other is in line {other.line}")


def contact_types_have_a_weight(dictionary: Dictionary) -> Iterator[Finding]:
    """A contact whose type has no weight would count nowhere, and one without weight would not press."""
    rows = dictionary.rows("contact_weights")
    weighed = {row["contact_type"] for row in rows}
    path = dictionary.folder / "contact_weights.csv"
    for name in CONTACT_TYPES:
        if name not in weighed:
            yield Finding(path, None, "contact_type", f"there is no weight for contacts of type '{name}'", "add a line")
    for row in rows:
        weight = row.number("weight")
        if weight is not None and weight <= 0:
            problem = f"contacts of type '{row['contact_type']}' weigh {row['weight']}"
            yield row.finding("weight", problem, "write a number above 0")
