"""The message of a file that is refused whole."""

from __future__ import annotations


class FileRefusedError(Exception):
    """A file cannot be landed; the message says where, what and what to do about it."""

    def __init__(self, what: str, remedy: str, *, line: int | None = None, column: str | None = None) -> None:
        """Build the message from its parts; the file's name is put in front by the caller."""
        place = (f"line {line}" if line else "", f"column '{column}'" if column else "")
        super().__init__(f"{what}. {remedy}.")
        self.place = tuple(part for part in place if part)

    def message(self, file_name: str) -> str:
        """Return the whole message: file, line, column, what is wrong, what to do."""
        return f"{', '.join((file_name, *self.place))}: {self}"
