"""A fault of the dictionary: where it is, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """One fault; line and column are None where it concerns the whole file or line."""

    path: Path
    line: int | None
    column: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Return file, line, column, problem and remedy as one sentence."""
        return f"{self.place}: {self.problem}; {self.remedy}"

    @property
    def place(self) -> str:
        """Where the fault is."""
        inside = self.path.is_relative_to(PROJECT_FOLDER)
        parts = [self.path.relative_to(PROJECT_FOLDER).as_posix() if inside else str(self.path)]
        parts += [f"line {self.line}"] if self.line else []
        parts += [f"column '{self.column}'"] if self.column else []
        return ", ".join(parts)


class DictionaryError(Exception):
    """The dictionary has faults; nothing should be built by it."""

    def __init__(self, findings: Collection[Finding]) -> None:
        """Keep the findings, and list them in the message."""
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


def use_one_of(known: Collection[str], name: str = "") -> str:
    """Return the remedy for a name that is not among the known ones, the likeliest first."""
    if not known:
        return "none is known yet, so add it first"
    close = get_close_matches(name, list(known), n=1)
    listed = f"se one of {', '.join(known)}"
    return f"did you mean '{close[0]}'? U{listed}" if close else f"u{listed}"
