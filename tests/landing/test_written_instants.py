"""What landing makes of the instants that sources write, and the command line of those that people type."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import duckdb
import pytest
import typer
from time_page import TimeCase, time_cases

from expectations.contract import load_contract
from orchestration.cli import _instant
from orchestration.landing.ledger import prepare_tables, request_build
from orchestration.landing.loading import land_folder
from orchestration.landing.mapping import load_mapping

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = time_cases()["What a source writes"]
TYPED = time_cases()["The clock of a build"]
HEADERS = {
    "created_at": ("crm/leads", "lead_id,created_at"),
    "valid_to_at": ("crm/users", "user_id,valid_to_at,valid_from_at"),
    "valid_from_at": ("crm/users", "user_id,valid_from_at"),
}


def parts_of(case: TimeCase) -> tuple[str, str, str]:
    """Return the text, the column and the time zone of a case."""
    found = re.fullmatch(r"(?P<text>.*?)(?: as (?P<column>\w+))?(?: in (?P<zone>\S+))?", case.example)
    assert found
    return found["text"], found["column"] or "created_at", found["zone"] or ""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Land all texts at once, a file a column and zone; return the instants by the number of the case."""
    folder = tmp_path_factory.mktemp("landing")
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    for number, case in enumerate(WRITTEN):
        text, column, zone = parts_of(case)
        rest = ",2024-01-01" if column == "valid_to_at" else ""
        lines[column, zone].append(f"{number},{text}{rest}")
    for (column, zone), rows in lines.items():
        place, header = HEADERS[column]
        file = folder / place / column / f"{zone.replace('/', '.') or 'none'}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return landed(folder, sorted({zone for _, zone in lines if zone}))


def landed(folder: Path, zones: list[str]) -> dict[int, str]:
    mapping = folder / ".mapping.yml"
    entries = (f"  - pattern: '*/{zone.replace('/', '.')}.csv'\n    time_zone: {zone}\n" for zone in zones)
    mapping.write_text(f"files:\n{''.join(entries)}", encoding="utf-8")
    with duckdb.connect() as connection:
        report = land_folder(connection, folder, load_mapping(mapping))
        assert not report.with_status("refused")
        columns = {"created_at": "lead_id", "valid_to_at": "user_id", "valid_from_at": "user_id"}
        selects = (
            f"select {key}::integer, (try_cast({column} as timestamptz) at time zone 'UTC')::varchar "
            f"from raw.{HEADERS[column][0].replace('/', '__')} where _source_file like '%/{column}/%'"
            for column, key in columns.items()
        )
        return dict(connection.execute(" union all ".join(selects)).fetchall())


@pytest.mark.parametrize(("number", "case"), [*enumerate(WRITTEN)], ids=map(str, WRITTEN))
def test_a_text_is_read_as_the_page_says(read: dict[int, str], number: int, case: TimeCase) -> None:
    assert read.get(number, "quarantined") == case.told


@pytest.mark.parametrize("case", TYPED, ids=str)
def test_a_clock_is_read_as_the_page_says(case: TimeCase) -> None:
    if case.told == "refused":
        with pytest.raises(typer.BadParameter, match="is no instant"):
            _instant(case.example)
        return
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'America/New_York'")
        prepare_tables(connection, load_contract())
        for text in (case.example, _instant(case.example)):  # as given to Dagster, and by the command line
            request_build(connection, text, text)
            row = connection.execute("select as_of::varchar, known_at::varchar from landing.build_requests").fetchone()
            assert row == (case.told, case.told)


def test_the_page_has_a_case_for_each_of_its_rows_and_no_case_twice() -> None:
    chapters = {"What a source writes", "Calendar", "Stages", "Windows and limits", "The clock of a build"}
    assert time_cases().keys() == chapters
    cases = [case for rows in time_cases().values() for case in rows]
    assert len(cases) == len({(case.chapter, case.example) for case in cases}) > 35
