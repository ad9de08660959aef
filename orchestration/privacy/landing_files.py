"""Files of the landing folder without the erased persons: the cells change, all else stays, byte for byte in texts.

The rows are read as landing reads them, by the contract or a mapping, so what is recognised here is what would land.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import shutil
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.inspection import content_hash, guess_delimiter, open_bytes, split_line
from orchestration.landing.mapping import TableMapping, bind_by_header
from orchestration.landing.reading import RowSource, open_rows
from orchestration.landing.refusal import FileRefusedError
from orchestration.landing.relations import prefix, without_relation
from orchestration.privacy.tagged import ADDRESS_KINDS, is_own_row, is_touched, recognise, rewritten_columns, value_hash
from orchestration.privacy.tombstones import read_salt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.home import WarehouseHome
    from orchestration.landing.report import LandingFile

_ALL_KINDS = ("lead", "contact", "account", "buyer", "visitor", *ADDRESS_KINDS)
_ERASED_CELL = "erased"
_SIGN = re.compile(r"[\s,:]*(?=[^\s,:}])")


@dataclass
class Edits:
    """What changes in a file, by the number of its row.

    Attributes:
        header: the columns of the file.
        cells: row -> column of the file -> new text, None where nothing is left.
        ragged: the rows that have another number of fields than the header; nothing of these is left.
    """

    header: tuple[str, ...] = ()
    cells: dict[int, dict[str, str | None]] = field(default_factory=dict)
    ragged: set[int] = field(default_factory=set)

    @property
    def rows_count(self) -> int:
        """How many rows change."""
        return len(self.cells) + len(self.ragged)


def find_edits(connection: duckdb.DuckDBPyConnection, salt: str, file: LandingFile) -> Edits:
    """Return what is to change in a file; nothing where it cannot be read, for then it does not land either."""
    edits = Edits()
    try:
        source = open_rows(file.path, file.format, file.mapping)
        edits.header = source.header
        _read(connection, source)
        mappings = [bind_by_header(mapping, source.header) for mapping in file.mapping.tables]
        for mapping in mappings:
            _find_cells(connection, salt, mapping, _unused(mappings, source.header), edits)
    except (FileRefusedError, pa.ArrowException, duckdb.Error, OSError, EOFError):
        return Edits()
    finally:
        connection.execute("drop table if exists temp.incoming")
    edits.ragged = _find_ragged(connection, salt, source, file)
    return edits


def _delimiter(file: LandingFile) -> str:
    if file.mapping.delimiter or file.format.kind != "csv":
        return file.mapping.delimiter or ","
    with io.TextIOWrapper(open_bytes(file.path, file.format), encoding=file.mapping.encoding, newline="") as text:
        return guess_delimiter(text.readline())


def _read(connection: duckdb.DuckDBPyConnection, source: RowSource) -> None:
    names = ", ".join(f'"{_doubled(name)}" varchar' for name in source.header)
    connection.execute(f"create or replace temp table incoming (_source_row bigint, {names})")
    rows = 0
    for batch in source.batches:
        numbers = source.numbers_after(rows, len(batch))
        table = pa.table([numbers, *batch.columns], names=["_source_row", *source.header])
        connection.register("_batch", table)
        connection.execute("insert into incoming select * from _batch")
        connection.unregister("_batch")
        rows += len(batch)


def _find_cells(
    connection: duckdb.DuckDBPyConnection, salt: str, mapping: TableMapping, unused: list[str], edits: Edits
) -> None:
    """Add what changes in the cells that feed one table; `unused` are those that feed none, which an own row loses."""
    table = mapping.table
    mapped = ", ".join(f'{value} as "{name}"' for name, value in mapping.landed_values.items())
    relation = f"""(
        select _source_row, {mapped}, null::varchar as _extra from incoming where {mapping.where or "true"}
    )"""
    if not recognise(connection, salt, relation, table):
        return
    changes = {name: sql for name, sql in rewritten_columns(table).items() if name != "_extra"}
    fresh = ", ".join(f'{sql} as "{name}"' for name, sql in changes.items())
    before = ", ".join(f'records."{name}"' for name in changes)
    result = connection.execute(f"""
        select _source_row, {is_own_row(table)}, {fresh}, {before} from {relation} as records
        where {is_touched(table)} or {is_own_row(table)}
    """)
    places = {name: _columns_in(mapping.expressions.get(name, ""), edits.header) for name in changes}
    for number, is_own, *values in result.fetchall():
        cells: dict[str, str | None] = dict.fromkeys(unused if is_own else ())
        for position, name in enumerate(changes):
            if values[position] != values[position + len(changes)]:
                cells.update(dict.fromkeys(places[name], without_relation(values[position], mapping.relation)))
        if cells:
            edits.cells.setdefault(number, {}).update(cells)


def _unused(mappings: list[TableMapping], header: tuple[str, ...]) -> list[str]:
    read = [text for mapping in mappings for text in (*mapping.expressions.values(), mapping.where or "")]
    used = {column for text in read for column in _columns_in(text, header)}
    return [column for column in header if column not in used]


def _columns_in(expression: str, header: tuple[str, ...]) -> list[str]:
    """Return the columns of the file that an expression reads."""
    return [column for column in header if re.search(rf"(?<!\w){re.escape(column)}(?!\w)", expression)]


def _find_ragged(connection: duckdb.DuckDBPyConnection, salt: str, source: RowSource, file: LandingFile) -> set[int]:
    """Return the ragged rows with a cell that is an erased value, whatever its column was to be."""
    if not source.ragged:
        return set()
    delimiter, befores = _delimiter(file), {"", prefix(file.mapping.relation)}
    told = [(row.source_row, cell) for row in source.ragged for cell in _cells_of(row.text, delimiter)]
    cells = [(row, before + cell) for row, cell in told for before in befores]
    columns = [pa.array(values) for values in zip(*cells, strict=True)]
    connection.register("_ragged_cells", pa.table(columns, names=["source_row", "cell"]))
    looks = " or ".join(
        f"{value_hash('cell', kind)} in (select value_hash from landing.erased_values where kind = '{kind}')"
        for kind in _ALL_KINDS
    )
    rows = connection.execute(f"select distinct source_row from _ragged_cells where {looks}", {"salt": salt}).fetchall()
    connection.unregister("_ragged_cells")
    return {row for (row,) in rows}


def _cells_of(text: str, delimiter: str) -> list[str]:
    return [*split_line(text, delimiter), *re.findall(r'"((?:[^"\\]|\\.)*)"', text)]


def write_edited(file: LandingFile, edits: Edits, target: Path) -> None:
    """Write a file with its edits to `target`, the same bytes whenever it is done, and sync it to disk."""
    if file.format.kind == "parquet":
        _write_parquet(file.path, edits, target)
    else:
        _write_text(file, edits, target)
    shutil.copymode(file.path, target)
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _write_text(file: LandingFile, edits: Edits, target: Path) -> None:
    edited, encoding = _edited_csv if file.format.kind == "csv" else _edited_json, file.mapping.encoding
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) if file.format.is_gzip else nullcontext(raw) as packed,
        io.TextIOWrapper(packed, encoding=encoding, newline="") as written,  # type: ignore[type-var]
        io.TextIOWrapper(open_bytes(file.path, file.format), encoding=encoding, newline="") as text,
    ):
        written.writelines(edited(text, file, edits))


class _Lines:
    """The lines of a text, keeping those read since it was asked last."""

    def __init__(self, text: IO[str]) -> None:
        self.text = text
        self.read: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self.text:
            self.read.append(line)
            yield line

    def take(self) -> str:
        """Return what was read, as it was written."""
        taken, self.read = "".join(self.read), []
        return taken


def _edited_csv(text: IO[str], file: LandingFile, edits: Edits) -> Iterator[str]:
    csv.field_size_limit(sys.maxsize)
    first = text.readline()
    yield first
    delimiter = file.mapping.delimiter or guess_delimiter(first)
    lines, number = _Lines(text), 0
    for record in csv.reader(lines, delimiter=delimiter):
        written = lines.take()
        number += bool(record)
        if record and (number in edits.cells or number in edits.ragged):
            yield _csv_line(_changed_record(record, edits, number), delimiter, written)
        else:
            yield written


def _changed_record(record: list[str], edits: Edits, number: int) -> list[str]:
    if number in edits.ragged:
        return [_ERASED_CELL for _ in record]
    cells = edits.cells[number]
    named = zip(edits.header, record, strict=True)
    return [(cells[name] or "") if name in cells and value else value for name, value in named]


def _csv_line(record: list[str], delimiter: str, written: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(record)
    return line.getvalue() + written[len(written.rstrip("\r\n")) :]


def _edited_json(text: IO[str], _file: LandingFile, edits: Edits) -> Iterator[str]:
    number = 0
    for line in text:
        number += bool(line.strip())
        end = line[len(line.rstrip("\r\n")) :]
        if line.strip() and number in edits.ragged:
            yield f'"{_ERASED_CELL}"{end}'
        elif line.strip() and number in edits.cells:
            cells, members = edits.cells[number], _members(line)
            changed = {
                name: json.dumps(cells[key], ensure_ascii=False)
                if (key := json.loads(name).strip()) in cells
                else value
                for name, value in members
            }
            yield "{" + ", ".join(f"{name}: {value}" for name, value in changed.items()) + "}" + end
        else:
            yield line


def _members(line: str) -> Iterator[tuple[str, str]]:
    """Yield each name and value of a JSON object as they are written; a number keeps its digits."""
    decoder, place = json.JSONDecoder(), line.index("{") + 1
    while match := _SIGN.match(line, place):
        _, end = decoder.raw_decode(line, match.end())
        name, place = line[match.end() : end], _SIGN.match(line, end).end()  # type: ignore[union-attr]
        _, end = decoder.raw_decode(line, place)
        yield name, line[place:end]
        place = end
        if line[place:].lstrip().startswith("}"):
            return


def _write_parquet(path: Path, edits: Edits, target: Path) -> None:
    table = pq.read_table(path)
    for position, name in enumerate(table.column_names):
        changed = {row: cells[name.strip()] for row, cells in edits.cells.items() if name.strip() in cells}
        if changed:
            table = table.set_column(position, name, _changed_column(table.column(position), changed))
    pq.write_table(table, target)


def _changed_column(column: pa.ChunkedArray, changed: dict[int, str | None]) -> pa.Array:
    """Return the column with new values; it becomes text where its type cannot hold them."""
    try:
        fresh = pa.array(changed.values(), pa.string()).cast(column.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        column, fresh = column.cast(pa.string()), pa.array(changed.values(), pa.string())
    values = column.to_pylist()
    for row, value in zip(changed, fresh.to_pylist(), strict=True):
        values[row - 1] = value if values[row - 1] is not None else None
    return pa.array(values, column.type)


def _doubled(name: str) -> str:
    return name.replace('"', '""')


class ErasedReturns:
    """Rows of erased persons that are sent again: their file is written anew before it is landed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, home: WarehouseHome) -> None:
        """Keep where it is known who was erased."""
        self.connection = connection
        self.salt = read_salt(home)
        self.rows_count = 0

    def rewritten(self, file: LandingFile) -> LandingFile:
        """Return the file as it lies in the folder when this is done; most are left as they are.

        Raises:
            FileRefusedError: it tells of somebody erased and cannot be written anew.
        """
        known = self.connection.execute("select count(*) from landing.erased_values").fetchone()
        edits = find_edits(self.connection, self.salt, file) if self.salt and known != (0,) else Edits()
        if not edits.rows_count:
            return file
        aside = aside_of(file.path)
        try:
            write_edited(file, edits, aside)
            aside.replace(file.path)
        except OSError as error:
            what = (
                f"{edits.rows_count} rows tell of somebody who was erased, and it cannot be written: {error.strerror}"
            )
            raise FileRefusedError(what, "Make it writable, so that they are erased before it lands") from None
        fresh = as_it_lies(file)
        self.rows_count += edits.rows_count
        self.connection.execute(
            "insert into landing.erased_returns values ($1, $2, $3, timezone('UTC', now()))",
            [fresh.hash, fresh.name, edits.rows_count],
        )
        return fresh


def aside_of(path: Path) -> Path:
    """Return where a file is written before it takes its place; landing does not look there."""
    return path.with_name(f".{path.name}.erased")


def as_it_lies(file: LandingFile) -> LandingFile:
    """Return the file with the facts of its present content."""
    facts = file.path.stat()
    return replace(file, hash=content_hash(file.path), bytes_count=facts.st_size, changed_at=facts.st_mtime_ns)
