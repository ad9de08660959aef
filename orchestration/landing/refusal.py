"""The message of a file that is refused whole: one line that can be printed anywhere, and not too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN_CHARACTERS = 80
SHOWN_NAMES = 30


def shortened(text: str) -> str:
    """Return the beginning of a text that a source chose."""
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def listed(names: Sequence[str]) -> str:
    """Return names that a source chose, and how many more there are."""
    shown = ", ".join(shortened(name) for name in names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


def printable(text: str) -> str:
    """Return a text in one line, with escapes for what a terminal would act upon or cannot show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class FileRefusedError(Exception):
    """A file cannot be landed; the message says where, what and what to do about it."""

    def __init__(self, what: str, remedy: str, *, line: int | None = None, column: str | None = None) -> None:
        """Build the message from its parts; the file's name is put in front by the caller."""
        place = (f"line {line}" if line else "", f"column '{shortened(column)}'" if column else "")
        super().__init__(f"{what}. {remedy}.")
        self.place = tuple(part for part in place if part)

    def message(self, file_name: str) -> str:
        """Return the whole message: file, line, column, what is wrong, what to do."""
        return printable(f"{', '.join((file_name, *self.place))}: {self}")
