"""What a pass over a landing folder tells: the outcome of each file and of each rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from orchestration.landing.inspection import FileFormat
    from orchestration.landing.mapping import FileMapping


@dataclass(frozen=True)
class LandingFile:
    """A file found in the landing folder and what to do with it."""

    path: Path
    name: str
    mapping: FileMapping
    format: FileFormat
    hash: str
    bytes_count: int
    changed_at: int


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file: landed, skipped (its content was loaded before) or refused."""

    name: str
    status: str
    rows_count: int = 0
    landed_count: int = 0
    quarantined_count: int = 0
    message: str = ""
    added_columns: tuple[str, ...] = ()


@dataclass
class LandingReport:
    """What became of a landing folder; `erased_rows_count` rows told of erased persons until they were landed."""

    files: list[FileOutcome] = field(default_factory=list)
    unrecognised: list[str] = field(default_factory=list)
    rows_by_table: Counter[str] = field(default_factory=Counter)
    judged_rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken_rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    erased_rows_count: int = 0

    def with_status(self, status: str) -> list[FileOutcome]:
        """Return the outcomes of one status."""
        return [outcome for outcome in self.files if outcome.status == status]

    @property
    def landed_rows_count(self) -> int:
        """Rows of files that went to raw."""
        return sum(outcome.landed_count for outcome in self.files)

    @property
    def quarantined_rows_count(self) -> int:
        """Rows of files that were put aside."""
        return sum(outcome.quarantined_count for outcome in self.files)
