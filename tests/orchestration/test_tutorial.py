"""The pages for readers: every query gives the table printed below it, every link leads to a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("sample")

DOCS = PROJECT_FOLDER / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "metrics").glob("*.md"))]
QUERY_WITH_TABLE = re.compile(r"```sql\n(?P<sql>[^`]*)```\n\n(?P<table>(?:\|[^\n]*\n)+)")
LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")


def examples() -> list[tuple[str, str, str]]:
    """Return name, query and printed table of every example."""
    return [
        (f"{page.stem}-{number}", match["sql"], match["table"])
        for page in PAGES
        for number, match in enumerate(QUERY_WITH_TABLE.finditer(page.read_text(encoding="utf-8")), start=1)
    ]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def pages_with_links() -> list[Path]:
    return [PROJECT_FOLDER / "README.md", PROJECT_FOLDER / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize(("sql", "table"), [pytest.param(sql, table, id=name) for name, sql, table in examples()])
def test_the_printed_table_is_what_the_query_gives(sql: str, table: str, query: Callable[..., list[tuple]]) -> None:
    header, _, *printed = table.splitlines()
    assert cells(header) == [row[0] for row in query(f"describe {sql}")]
    found = [["" if value is None else str(value) for value in row] for row in query(sql)]
    assert [cells(line) for line in printed] == found


def test_the_tutorial_answers_at_least_five_questions() -> None:
    assert sum(name.startswith("tutorial") for name, _, _ in examples()) >= 5


@pytest.mark.parametrize("page", pages_with_links(), ids=lambda page: str(page.relative_to(PROJECT_FOLDER)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [match["target"].strip() for match in LINK.finditer(page.read_text(encoding="utf-8"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []
