"""What several tests share: a landing folder with its database, a dictionary that may be changed."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from expectations.contract import load_contract
from orchestration.dictionary.checks import find_faults
from orchestration.dictionary.tables import read_dictionary
from orchestration.home import DICTIONARY_FOLDER
from orchestration.landing.loading import land_folder
from orchestration.landing.report import LandingReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from orchestration.landing.mapping import FileMapping
    from orchestration.landing.report import FileOutcome


NOBODY = 65_534


class Landing:
    """A landing folder and the database that it is landed in."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.connection = connection
        self.report = LandingReport()

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self, mappings: tuple[FileMapping, ...] = ()) -> LandingReport:
        """Land the folder and keep the report."""
        self.report = land_folder(self.connection, self.folder, mappings)
        return self.report

    def outcome(self, name: str) -> FileOutcome:
        """Return what the last pass said of a file."""
        (outcome,) = (outcome for outcome in self.report.files if outcome.name == name)
        return outcome

    def rows(self, table_id: str, columns: str = "*", where: str = "true") -> list[tuple]:
        """Return rows of a raw table in the order of file and row."""
        table = load_contract().tables[table_id].raw_name
        order = "order by _source_file, _source_row"
        return self.connection.execute(f"select {columns} from raw.{table} where {where} {order}").fetchall()

    def quarantine(self, columns: str = "source_row, row_text, reasons") -> list[tuple]:
        """Return what was put aside."""
        order = "order by source_file, source_row"
        return self.connection.execute(f"select {columns} from landing.quarantine {order}").fetchall()

    def raw_contents(self, columns: str = "* exclude (_loaded_at)") -> dict[str, list[tuple]]:
        """Return all rows of all raw tables that have any."""
        contents = {}
        for table in load_contract().tables.values():
            select = f"select {columns} from raw.{table.raw_name} order by all"
            if rows := self.connection.execute(select).fetchall():
                contents[table.id] = rows
        return contents


@pytest.fixture
def landing(tmp_path: Path) -> Iterator[Landing]:
    folder = tmp_path / "landing"
    folder.mkdir()
    with duckdb.connect() as connection:
        yield Landing(folder, connection)


@contextmanager
def _without_privileges(folder: Path) -> Iterator[None]:
    """Let permissions bind, also when root runs the tests; the folder and those above it may be read."""
    if os.geteuid():
        yield
        return
    modes = {parent: parent.stat().st_mode for parent in (folder, *folder.parents)}
    for parent, mode in modes.items():
        parent.chmod(mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        for parent, mode in modes.items():
            parent.chmod(mode)


@pytest.fixture
def without_privileges() -> Callable[[Path], AbstractContextManager[None]]:
    return _without_privileges


class DictionaryCopy:
    """The shipped tables in a folder of their own, with the customer's lifecycle alone and no crosswalks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def change(self, file: str, old: str, new: str) -> None:
        """Replace a text that the file has exactly once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, file: str, *lines: str) -> None:
        """Write lines at the end of a file, which is made where there is none."""
        with (self.folder / file).open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)

    def findings(self) -> list[str]:
        """Return what is found, each without the folder."""
        return [str(finding).removeprefix(f"{self.folder}/") for finding in find_faults(read_dictionary(self.folder))]


@pytest.fixture
def dictionary(tmp_path: Path) -> DictionaryCopy:
    copy = DictionaryCopy(Path(shutil.copytree(DICTIONARY_FOLDER, tmp_path / "dictionary")))
    for name in ("lifecycles.csv", "lifecycle_stages.csv", "stage_rules.csv"):
        lines = (copy.folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.startswith(("lifecycle_id,", "customer,"))]
        (copy.folder / name).write_text("".join(kept), encoding="utf-8")
    header, _, _ = (copy.folder / "stage_crosswalk.csv").read_text(encoding="utf-8").partition("\n")
    (copy.folder / "stage_crosswalk.csv").write_text(f"{header}\n", encoding="utf-8")
    return copy


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow variants too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: a longer variant, run with --slow")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name != "orchestration")  # what takes longest: workers end together
    for item in items:
        if item.get_closest_marker("slow") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))
        if not item.get_closest_marker("xdist_group"):  # what a module's tests share is made by one worker
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
