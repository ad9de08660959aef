"""From a file to Arrow tables of text: every column as the source wrote it, every row numbered.

Rows that have too few or too many fields are returned aside, with their text, as `ragged`.
"""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from orchestration.landing.inspection import FileFormat, check_magic, guess_delimiter, scan_text
from orchestration.landing.refusal import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.landing.mapping import FileMapping

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class RaggedRow:
    """A record that does not have the header's number of fields."""

    source_row: int
    text: str
    reason: str


@dataclass
class RowSource:
    """A readable file: its header, and its rows as a stream of batches."""

    header: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]
    ragged: list[RaggedRow] = field(default_factory=list)
    may_be_cut: bool = False


def _check_header(names: list[str]) -> tuple[str, ...]:
    stripped = [name.strip() for name in names]
    for position, name in enumerate(stripped, start=1):
        if not name:
            raise FileRefusedError(f"column {position} has no name", "Give every column a name", line=1)
    doubled = [name for name, times in Counter(stripped).items() if times > 1]
    if doubled:
        raise FileRefusedError("the column appears twice", "Name each column once", line=1, column=doubled[0])
    return tuple(stripped)


def _open_csv(path: Path, file_format: FileFormat, mapping: FileMapping) -> RowSource:
    facts = scan_text(path, file_format, mapping.encoding)
    delimiter = mapping.delimiter or guess_delimiter(facts.header_line)
    header_table = pyarrow.csv.read_csv(
        io.BytesIO((facts.header_line + "\n").encode()),
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter),
    )
    header = _check_header(header_table.column_names)
    source = RowSource(header, iter(()), may_be_cut=not facts.ends_with_newline)

    def put_aside(row: pyarrow.csv.InvalidRow) -> str:
        reason = f"has {row.actual_columns} fields where the header has {row.expected_columns}"
        source.ragged.append(RaggedRow(row.number - 1, row.text, reason))
        return "skip"

    source.batches = pyarrow.csv.open_csv(
        gzip.open(path, "rb") if file_format.is_gzip else str(path),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, column_names=list(header), skip_rows=1, encoding=mapping.encoding
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=put_aside
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )
    return source


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str)


def _json_rows(path: Path, file_format: FileFormat, source: RowSource, encoding: str) -> Iterator[dict[str, str | None]]:
    with gzip.open(path, "rt", encoding=encoding) if file_format.is_gzip else path.open(encoding=encoding) as lines:
        number = 0
        for line in lines:
            if not line.strip():
                continue
            number += 1
            try:
                record = json.loads(line, parse_float=str, parse_int=str)
                if not isinstance(record, dict):
                    raise ValueError("not an object")  # noqa: TRY004  joins the decoder's own error
            except ValueError as error:
                source.ragged.append(RaggedRow(number, line.rstrip("\n"), f"is not a JSON object ({error})"))
                continue
            yield {name: _text(value) for name, value in record.items()}


def _open_jsonl(path: Path, file_format: FileFormat, mapping: FileMapping) -> RowSource:
    facts = scan_text(path, file_format, mapping.encoding)
    source = RowSource((), iter(()), may_be_cut=not facts.ends_with_newline)
    rows = list(_json_rows(path, file_format, source, mapping.encoding))
    header = list(dict.fromkeys(name for row in rows for name in row))
    if not header and source.ragged:
        raise FileRefusedError("no line is a JSON object", "Send one JSON object a line", line=1)
    source.header = _check_header(header)
    schema = pa.schema([(name, pa.string()) for name in source.header])
    source.batches = iter(pa.Table.from_pylist(rows, schema=schema).to_batches(BATCH_ROWS))
    return source


def _text_column(column: pa.Array) -> pa.Array:
    try:
        return column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([_text(value) for value in column.to_pylist()], pa.string())


def _open_parquet(path: Path) -> RowSource:
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileRefusedError(f"the Parquet file is cut off or damaged ({error})", "Send it again") from None
    header = _check_header(file.schema_arrow.names)
    batches = (
        pa.RecordBatch.from_arrays([_text_column(column) for column in batch.columns], list(header))
        for batch in file.iter_batches(BATCH_ROWS)
    )
    return RowSource(header, batches)


def open_rows(path: Path, file_format: FileFormat, mapping: FileMapping) -> RowSource:
    """Open a file for reading.

    Raises:
        FileRefusedError: the file is damaged, or is not what its name says.
    """
    check_magic(path, file_format)
    if file_format.kind == "parquet":
        return _open_parquet(path)
    opener = _open_csv if file_format.kind == "csv" else _open_jsonl
    return opener(path, file_format, mapping)


def check_end(source: RowSource, rows_count: int) -> None:
    """Refuse a text file that breaks off within its last row."""
    if source.may_be_cut and source.ragged and source.ragged[-1].source_row == rows_count:
        raise FileRefusedError(
            "the file breaks off within its last row", "Send the whole file again", line=rows_count + 1
        )
