"""From a file to Arrow tables of text: every column as the source wrote it, every row numbered.

Rows that have too few or too many fields are returned aside, with their text, as `ragged`.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from orchestration.landing.inspection import (
    HEAD_CHARACTERS,
    FileFormat,
    check_magic,
    check_quotes,
    guess_delimiter,
    open_bytes,
    scan_text,
    split_line,
)
from orchestration.landing.refusal import FileRefusedError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orchestration.landing.mapping import FileMapping

BATCH_ROWS = 50_000
BLOCK_BYTES = 16 << 20  # no row may be longer
RESERVED_NAMES = ("_file", "_source_row")
READING_ERRORS = (
    pa.ArrowException,
    OSError,
    EOFError,
    zlib.error,
    UnicodeError,
)  # the last three: it changed meanwhile


@dataclass(frozen=True)
class RaggedRow:
    """A record that does not have the header's number of fields."""

    source_row: int
    text: str
    reason: str


@dataclass
class RowSource:
    """A readable file: its header, and its rows as a stream of batches, opened when they are read."""

    header: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]
    ragged: list[RaggedRow] = field(default_factory=list)
    header_line: int | None = None
    unended_line: int | None = None

    def put_aside(self, source_row: int, text: str, reason: str) -> None:
        """Keep a ragged row."""
        self.ragged.append(RaggedRow(source_row, text, reason))

    def numbers_after(self, rows_read: int, count: int) -> pa.Array:
        """Return the file's row numbers of the next good rows, which skip those of the ragged ones."""
        good_before = [row.source_row - position for position, row in enumerate(self.ragged, start=1)]
        numbers = np.arange(rows_read + 1, rows_read + count + 1)
        return pa.array(numbers + np.searchsorted(good_before, numbers), pa.int64())


def _check_header(names: list[str], line: int | None = None) -> tuple[str, ...]:
    stripped = [name.strip() for name in names]
    if not stripped:
        raise FileRefusedError("there are no columns", "Export it again", line=line)
    for position, name in enumerate(stripped, start=1):
        _check_name(position, name, line)
    times = Counter(name.lower() for name in stripped)
    doubled = next((name for name in stripped if times[name.lower()] > 1), None)
    if doubled:
        what = "the column appears twice (capitals make no difference)"
        raise FileRefusedError(what, "Name each column once", line=line, column=doubled)
    return tuple(stripped)


def _check_name(position: int, name: str, line: int | None) -> None:
    if not name:
        raise FileRefusedError(f"column {position} has no name", "Give every column a name", line=line)
    if name.lower() in RESERVED_NAMES:
        raise FileRefusedError("landing keeps this name for itself", "Rename it", line=line, column=name)
    if "\0" in name:
        raise FileRefusedError("the column's name has a NUL character", "Rename it", line=line, column=name)


def _csv_header(line: str, delimiter: str) -> tuple[str, ...]:
    if not line.strip():
        raise FileRefusedError("the first line is blank", "Put the names of the columns there", line=1)
    if len(line) >= HEAD_CHARACTERS or line.count('"') % 2:
        raise FileRefusedError("the first line is no list of column names", "Export it again", line=1)
    return _check_header(split_line(line, delimiter), line=1)


def _open_csv(path: Path, file_format: FileFormat, mapping: FileMapping) -> RowSource:
    facts = scan_text(path, file_format, mapping.encoding)
    delimiter = mapping.delimiter or guess_delimiter(facts.header_line)
    header = _csv_header(facts.header_line, delimiter)
    if facts.has_quotes:
        check_quotes(path, file_format, mapping.encoding, delimiter)
    source = RowSource(header, iter(()), header_line=1, unended_line=facts.unended_line)
    source.batches = _csv_batches(path, file_format, mapping.encoding, delimiter, source)
    return source


def _csv_batches(
    path: Path, file_format: FileFormat, encoding: str, delimiter: str, source: RowSource
) -> Iterator[pa.RecordBatch]:
    def put_aside(row: pyarrow.csv.InvalidRow) -> str:
        reason = f"has {row.actual_columns} fields where the header has {row.expected_columns}"
        source.put_aside(row.number - 1, row.text, reason)
        return "skip"

    names = list(source.header)
    if source.unended_line == source.header_line:
        return  # nothing but a header, which the library takes for a fault
    with open_bytes(path, file_format) as stream:
        yield from pyarrow.csv.open_csv(
            stream,
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, column_names=names, skip_rows=1, encoding=encoding
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=put_aside
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )


_Value = TypeVar("_Value")


class _Number(str):
    """A number of a JSON file, as the source wrote it."""

    __slots__ = ()


def _as_json(value: object) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_as_json(name)}: {_as_json(of)}" for name, of in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_as_json(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return _as_json(value)


def _object(pairs: list[tuple[str, _Value]]) -> dict[str, _Value]:
    doubled = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if doubled:
        raise ValueError(f"'{doubled[0]}' appears twice")
    return dict(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_Number, parse_int=_Number, parse_constant=_Number)


def _json_row(line: str) -> dict[str, str | None]:
    """Read one line.

    Raises:
        ValueError: it is not a JSON object, or holds half a character.
        RecursionError: it is nested too deeply.
    """
    record = _DECODER.decode(line.strip())
    if not isinstance(record, dict):
        raise ValueError("not an object")
    row = _object([(name.strip(), _text(value)) for name, value in record.items()])
    if "\\u" in line:
        "".join((*row, *filter(None, row.values()))).encode()
    return row


def _json_rows(
    path: Path, file_format: FileFormat, encoding: str, put_aside: Callable[[int, str, str], None]
) -> Iterator[dict[str, str | None]]:
    encoding = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    with io.TextIOWrapper(open_bytes(path, file_format), encoding=encoding) as lines:
        written = (line for line in lines if line.strip())
        for number, line in enumerate(written, start=1):
            try:
                row = _json_row(line)
            except (ValueError, RecursionError) as error:
                put_aside(number, line.rstrip("\n"), printable(f"is not a JSON object ({error})"))
                continue
            yield row


def _json_batches(rows: Iterator[dict[str, str | None]], header: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([(name, pa.string()) for name in header])
    while batch := list(islice(rows, BATCH_ROWS)):
        yield pa.RecordBatch.from_pylist(batch, schema=schema)


def _open_jsonl(path: Path, file_format: FileFormat, mapping: FileMapping) -> RowSource:
    """Read the file twice: any row may bring a column, and all its rows need not fit into memory."""
    facts = scan_text(path, file_format, mapping.encoding)
    seen = _json_rows(path, file_format, mapping.encoding, lambda *_: None)
    names = list(dict.fromkeys(name for row in seen for name in row))
    if not names:
        raise FileRefusedError("no line is a JSON object", "Send one JSON object a line", line=1)
    source = RowSource(_check_header(names), iter(()), unended_line=facts.unended_line)
    rows = _json_rows(path, file_format, mapping.encoding, source.put_aside)
    source.batches = _json_batches(rows, source.header)
    return source


def _value_text(value: pa.Scalar) -> str | None:
    """Return the text of one value of a column that cannot be cast as a whole.

    Raises:
        ValueError, OverflowError, KeyError: Python has no such character, instant or time zone.
    """
    try:
        return value.cast(pa.string()).as_py()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, UnicodeDecodeError):
        is_text = pa.types.is_string(value.type) or pa.types.is_large_string(value.type)
        content = (value.cast(pa.binary()) if is_text else value).as_py()
    return _text(content) if content is None or isinstance(content, (dict, list)) else str(content)


def _text_column(name: str, column: pa.Array) -> pa.Array:
    """Return the column as text; the text of a value does not depend on the values beside it."""
    column = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    try:
        texts = column.cast(pa.string())
        texts.validate(full=True)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        try:
            texts = pa.array([_value_text(value) for value in column], pa.string())
        except (ValueError, OverflowError, KeyError) as error:
            what = f"a value of the type {column.type} cannot be written as text ({type(error).__name__}: {error})"
            raise FileRefusedError(what, "Send the column as text", column=name) from None
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        texts = pc.replace_substring_regex(texts, r"([.]\d{6})000", r"\1")  # casts read six digits
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _parquet_batches(path: Path, header: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    with path.open("rb") as stream, pyarrow.parquet.ParquetFile(stream) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            columns = [_text_column(name, column) for name, column in zip(header, batch.columns, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, list(header))


def _open_parquet(path: Path) -> RowSource:
    try:
        with path.open("rb") as stream:  # by its path the library would take some names for addresses
            names = pyarrow.parquet.read_schema(stream).names
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        told = str(error).partition("\n")[0]
        raise FileRefusedError(f"the Parquet file is cut off or damaged ({told})", "Send it again") from None
    header = _check_header(names)
    return RowSource(header, _parquet_batches(path, header))


def open_rows(path: Path, file_format: FileFormat, mapping: FileMapping) -> RowSource:
    """Open a file for reading.

    Raises:
        FileRefusedError: the file is damaged, is not what its name says, or lies in a folder that is no shop's.
    """
    if mapping.refusal:
        raise mapping.refusal
    try:
        check_magic(path, file_format)
        if file_format.kind == "parquet":
            return _open_parquet(path)
        opener = _open_csv if file_format.kind == "csv" else _open_jsonl
        return opener(path, file_format, mapping)
    except OSError as error:
        raise FileRefusedError(f"cannot be opened: {error.strerror}", "Give landing the right to read it") from None


def check_end(source: RowSource, rows_count: int) -> None:
    """Refuse a text file that breaks off within its last row."""
    if source.unended_line and source.ragged and source.ragged[-1].source_row == rows_count:
        raise FileRefusedError(
            "the file breaks off within its last row", "Send the whole file again", line=source.unended_line
        )
