"""Tables of rows in memory, and the files they become; nothing here knows what the rows mean."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, object]


class RawLine(str):
    """A line that is written as it stands, because no row could be written so badly."""

    __slots__ = ()


@dataclass
class Tables:
    """All rows by table; the first row's columns are the table's columns."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, **values: object) -> Row:
        """Add a row and return it."""
        self.rows.setdefault(table, []).append(values)
        return values

    def number(self, table: str, column: str, prefix: str, by: str) -> None:
        """Put a table in order of time and number its rows."""
        rows = self.rows[table]
        rows.sort(key=lambda row: (str(row[by]), [str(value) for value in row.values()]))
        for place, row in enumerate(rows, 1):
            row[column] = f"{prefix}{place:06d}"


@dataclass
class SeedFile:
    """One file as a source would send it."""

    path: str
    columns: Sequence[str]
    rows: list[Row | RawLine]
    has_bom: bool = False
    is_refused: bool = False
    is_copy: bool = False

    @property
    def table(self) -> str:
        """Return source and table."""
        source, table, _ = self.path.split("/")
        return f"{source}.{table}"


def as_text(value: object) -> str:
    """Write a value the way the sources do."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value)


def as_line(values: Sequence[str]) -> str:
    """Write one line of CSV without its end."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(values)
    return buffer.getvalue()


def texts(row: Row, columns: Sequence[str]) -> list[str]:
    """Return a row's values as text, in the order of the columns."""
    return [as_text(row.get(column)) for column in columns]


def _csv_text(file: SeedFile) -> str:
    lines = [as_line(file.columns)]
    lines += [row if isinstance(row, RawLine) else as_line(texts(row, file.columns)) for row in file.rows]
    return "\n".join(lines) + "\n"


def _json_lines_text(file: SeedFile) -> str:
    rows = (dict(zip(file.columns, texts(row, file.columns), strict=True)) for row in file.rows)
    return "".join(
        json.dumps({name: value or None for name, value in row.items()}, ensure_ascii=False) + "\n" for row in rows
    )


def _write_parquet(file: SeedFile, path: Path) -> None:
    columns = {name: [as_text(row.get(name)) or None for row in file.rows] for name in file.columns}
    schema = pa.schema([(name, pa.string()) for name in file.columns])
    pq.write_table(pa.table(columns, schema=schema), path, compression="zstd")


def write(file: SeedFile, folder: Path) -> None:
    """Write one file in the form that its name asks for."""
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        _write_parquet(file, path)
        return
    text = _json_lines_text(file) if ".jsonl" in file.path else _csv_text(file)
    content = text.encode("utf-8-sig" if file.has_bom else "utf-8")
    if path.suffix == ".gz":
        packed = gzip.compress(content, compresslevel=9, mtime=0)
        content = packed[:9] + b"\xff" + packed[10:]  # the tenth byte names the operating system
    path.write_bytes(content)
