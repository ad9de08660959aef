"""The dictionary's CSV tables as text, with the file, the line and the column of every cell.

What the columns promise is read in `seeds`; whether they keep it is asked in `checks`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import Finding
from orchestration.dictionary.seeds import read_seeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.dictionary.seeds import Seed, SeedColumn

LIST_SEPARATOR = "|"
NULL_TEXTS = ("", "null")  # what dbt loads as NULL, in any case and with any blanks around


@dataclass(frozen=True)
class Cell:
    """One cell and the line on which it begins."""

    text: str
    line: int


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    path: Path
    line: int
    cells: dict[str, Cell]

    def __getitem__(self, column: str) -> str:
        """Return a cell's text; nothing where the cell is empty or the table has no such column."""
        cell = self.cells.get(column)
        return "" if cell is None or cell.text.strip().lower() in NULL_TEXTS else cell.text

    def parts(self, column: str) -> tuple[str, ...]:
        """Return the parts of a list; none where the cell is empty."""
        return tuple(self[column].split(LIST_SEPARATOR)) if self[column] else ()

    def number(self, column: str) -> Decimal | None:
        """Return a cell as a number, or None where it is empty or none."""
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            return None
        return number if number.is_finite() else None  # what is not finite cannot be compared

    def finding(self, column: str, problem: str, remedy: str) -> Finding:
        """Return a finding at one of the row's cells."""
        line = self.cells[column].line if column in self.cells else self.line
        return Finding(self.path, line, column, problem, remedy)


@dataclass(frozen=True)
class Table:
    """One table: its header, its rows, and the lines that could not be read as rows."""

    name: str
    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    unread: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Dictionary:
    """All tables of a folder, and what they promise."""

    folder: Path
    tables: dict[str, Table]
    seeds: dict[str, Seed]

    def rows(self, table: str) -> tuple[Row, ...]:
        """Return a table's rows; none where there is no such table."""
        return self.tables[table].rows if table in self.tables else ()

    def described_tables(self) -> Iterator[tuple[Seed, Table]]:
        """Yield each table that is there with its promises."""
        for name, seed in self.seeds.items():
            if name in self.tables:
                yield seed, self.tables[name]

    def described_cells(self) -> Iterator[tuple[Row, SeedColumn]]:
        """Yield each cell, as its row and its column's promises."""
        for seed, table in self.described_tables():
            for row in table.rows:
                for column in seed.columns:
                    yield row, column


def read_dictionary(folder: Path) -> Dictionary:
    """Read the tables of a folder and what they promise.

    Raises:
        DictionaryError: the promises cannot be read.
    """
    return Dictionary(folder, read_tables(folder), read_seeds(folder))


def read_tables(folder: Path) -> dict[str, Table]:
    """Read every CSV table of the folder, by name."""
    return {path.stem: read_table(path) for path in sorted(folder.glob("*.csv"))}


def read_table(path: Path) -> Table:
    """Read one table. A line that cannot be read does not hide the faults of the others."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        finding = Finding(path, 1, None, "the file is not in UTF-8", "save it as CSV in UTF-8")
        return Table(path.stem, path, (), (), (finding,))
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    unread: list[Finding] = []
    for record in _records(path, text):
        if isinstance(record, Finding):
            unread.append(record)
        elif not header:
            header = tuple(cell.text for cell in record)
        elif len(record) != len(header):
            unread.append(_miscounted(path, record, header))
        else:
            rows.append(Row(path, record[0].line, dict(zip(header, record, strict=True))))
    return Table(path.stem, path, header, tuple(rows), tuple(unread))


def _records(path: Path, text: str) -> Iterator[list[Cell] | Finding]:
    reader = csv.reader(io.StringIO(text), strict=True)
    line = 1
    try:
        for record in reader:
            yield _cells(record or [""], line)
            line = reader.line_num + 1
    except csv.Error as error:
        remedy = "put a text with a comma or a quote into double quotes, and double each quote in it"
        yield Finding(path, line, None, f"the line cannot be read as CSV: {error}", remedy)


def _cells(record: list[str], line: int) -> list[Cell]:
    """Number the cells: a quoted one may hold line breaks, and those after it begin further down."""
    cells = []
    for text in record:
        cells.append(Cell(text, line))
        line += text.count("\n")
    return cells


def _miscounted(path: Path, record: list[Cell], header: tuple[str, ...]) -> Finding:
    problem = f"the header has {len(header)} columns, and this line {len(record)}"
    remedy = "an empty cell needs its comma too; a text with a comma needs double quotes; remove empty lines"
    return Finding(path, record[0].line, None, problem, remedy)
