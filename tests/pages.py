"""What the pages for readers print: their chapters, their queries with the tables below them.

Not here: who answers a query. Each chapter is about a warehouse of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.home import PROJECT_FOLDER

DOCS = PROJECT_FOLDER / "docs"
TUTORIAL = DOCS / "tutorial.md"
QUERY = re.compile(r"```sql\n(?P<sql>[^`]*)```\n(?:\n(?P<table>(?:\|[^\n]*\n)+))?")
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A query, with the header and the rows printed below it where there are any."""

    sql: str
    header: list[str]
    rows: list[list[str]]


def chapter(title: str) -> str:
    """Return the text of one chapter of the tutorial, whatever its number."""
    return {heading.partition(". ")[2]: text for heading, text in chapters_of(TUTORIAL).items()}[title]


def chapters_of(page: Path) -> dict[str, str]:
    """Return the text of each chapter of a page by its heading."""
    parts = page.read_text(encoding="utf-8").split("\n## ")[1:]
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def examples_of(text: str) -> list[Example]:
    """Return the queries of a text in their order."""
    return [Example(match["sql"], *table_of(match["table"] or "")) for match in QUERY.finditer(text)]


def blocks_of(text: str) -> list[str]:
    """Return what is typed and what is printed, in its order."""
    return [match["text"] for match in BLOCK.finditer(text) if not match["language"]]


def table_of(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table."""
    lines = [_cells(line) for line in text.splitlines()]
    return (lines[0], lines[2:]) if lines else ([], [])


def printed(rows: list[tuple]) -> list[list[str]]:
    """Return rows as a page prints them."""
    return [["" if value is None else str(value) for value in row] for row in rows]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
