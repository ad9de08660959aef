"""The cases of `docs/time.md`: each row of its chapters, read for the test that tries it.

`What a source writes` and `The clock of a build` are tried in `tests/landing/test_written_instants.py`, `Calendar` in
`tests/engines/test_portable_sql.py`, on every engine, `Stages` and `Windows and limits` in
`tests/models/test_time_limits.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pages import DOCS, chapters_of, table_of

_INSTANT = r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2}(?:\.\d+)?)?"


@dataclass(frozen=True)
class TimeCase:
    """One row of the page, without the marks of its code."""

    chapter: str
    name: str
    example: str
    told: str

    def __str__(self) -> str:
        return f"{self.name}: {self.example}"

    def match(self, pattern: str) -> re.Match[str] | None:
        """Hold the whole example against a pattern, in which a capital T stands for an instant."""
        return re.fullmatch(pattern.replace("T", f"({_INSTANT})"), self.example)


@cache
def time_cases() -> dict[str, list[TimeCase]]:
    """Return the rows of each chapter."""
    return {chapter: _cases_of(chapter, text) for chapter, text in chapters_of(DOCS / "time.md").items()}


def _cases_of(chapter: str, text: str) -> list[TimeCase]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    header, rows = table_of("\n".join(lines))
    assert header == ["Case", "Example", "What the project says", "Why"]
    return [TimeCase(chapter, name, example.replace("`", ""), told.replace("`", "")) for name, example, told, _ in rows]


def calendar_sql(case: TimeCase) -> str:
    """Return the SQL of a row of `Calendar`, calls of macros included, for dbt to render."""
    for pattern, sql in _CALENDAR:
        if found := case.match(pattern):
            return sql(*found.groups())
    message = f"no way of writing is known for {case.example!r}"
    raise LookupError(message)


def _typed(instant: str) -> str:
    return f"{'timestamp' if ':' in instant else 'date'} '{instant}'"


def _later(instant: str, sign: str, number: str, unit: str) -> str:
    moved = f"""{{{{ dbt.dateadd('{unit}', {sign.strip("+")}{number}, "{_typed(instant)}") }}}}"""
    return moved if ":" in instant else f"cast({moved} as date)"


def _whole(alignment: str, unit: str, since: str, until: str) -> str:
    return f"""{{{{ whole_periods("'{alignment}'", "'{unit}'", "{_typed(since)}", "{_typed(until)}") }}}}"""


_CALENDAR = [
    (r"T ([+-]) (\d+) (day|month)s?", _later),
    (
        "seconds from T to T",
        lambda since, until: f"""{{{{ dbt.datediff("{_typed(since)}", "{_typed(until)}", 'second') }}}}""",
    ),
    ("(day|week|month) of T", lambda unit, at: f"""{{{{ start_of_period("'{unit}'", "{_typed(at)}") }}}}"""),
    ("quarter of T", lambda at: f"""cast({{{{ dbt.date_trunc('quarter', "{_typed(at)}") }}}} as date)"""),
    (
        r"week from (\w+) of T",
        lambda day, at: f"""cast({{{{ start_of_week("{_typed(at)}", '{day}') }}}} as date)""",
    ),
    ("(calendar|rolling) (day|week|month)s from T to T", _whole),
    (r"T on the clocks of (\S+)", lambda at, zone: f"""{{{{ local_time("{_typed(at)}", "'{zone}'") }}}}"""),
]
