"""A look at a file's bytes before anyone parses them: is it whole, and is it what its name says?"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.landing.refusal import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_BYTES = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_MAGIC = {b"PAR1": "a Parquet file", b"PK\x03\x04": "a ZIP or Excel file", b"%PDF": "a PDF", b"\x1f\x8b": "gzip"}


@dataclass(frozen=True)
class FileFormat:
    """What a file's name says of it."""

    kind: str
    is_gzip: bool


@dataclass(frozen=True)
class TextFacts:
    """What one pass over the bytes of a text file found."""

    ends_with_newline: bool
    header_line: str


def format_of_name(name: str) -> FileFormat | None:
    """Return the format a name promises, or None for a name that is none of ours."""
    stem = name.lower().removesuffix(".gz")
    for suffix, kind in FORMATS.items():
        if stem.endswith(suffix):
            is_gzip = name.lower().endswith(".gz")
            return None if is_gzip and kind == "parquet" else FileFormat(kind, is_gzip)
    return None


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _chunks(path: Path, file_format: FileFormat) -> Iterator[bytes]:
    opener = gzip.open if file_format.is_gzip else io.open
    with opener(path, "rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk  # type: ignore[misc]


def check_magic(path: Path, file_format: FileFormat) -> None:
    """Refuse a file whose first bytes are of another format than its name."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        raise FileRefusedError("the file is empty, without even a header", "Send it again, or remove it")
    expected = b"\x1f\x8b" if file_format.is_gzip else b"PAR1" if file_format.kind == "parquet" else b""
    found = next((what for magic, what in _MAGIC.items() if head.startswith(magic)), "text")
    if (expected and not head.startswith(expected)) or (not expected and found != "text"):
        wanted = "gzip" if file_format.is_gzip else file_format.kind
        raise FileRefusedError(f"the name says {wanted}, but the content is {found}", "Rename it or export it again")


class _TextScan:
    """Counts lines and quotes and decodes, chunk by chunk, remembering where trouble began."""

    def __init__(self, encoding: str) -> None:
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.encoding = encoding
        self.lines = 0
        self.quotes = 0
        self.last = b""
        self.head = b""

    def feed(self, chunk: bytes) -> None:
        if b"\0" in chunk:
            line = self.lines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
            raise FileRefusedError(
                "a NUL byte, so the file was cut or padded while it was written", "Export it again", line=line
            )
        try:
            self.decoder.decode(chunk)
        except UnicodeDecodeError as error:
            self._refuse_encoding(chunk, error)
        if b"\n" not in self.head:
            self.head += chunk
        self.lines += chunk.count(b"\n")
        self.quotes += chunk.count(b'"')
        self.last = chunk[-1:]

    def _refuse_encoding(self, chunk: bytes, error: UnicodeDecodeError) -> None:
        buffered = len(error.object) - len(chunk)
        position = max(error.start - buffered, 0)
        line = self.lines + chunk.count(b"\n", 0, position) + 1
        before = chunk[chunk.rfind(b"\n", 0, position) + 1 : position]
        header = _split(self.head or chunk)
        field = len(next(csv.reader([before.decode("latin-1")]), [""]) or [""]) - 1
        raise FileRefusedError(
            f"byte 0x{chunk[position]:02X} is not {self.encoding.upper()}",
            "Export it as UTF-8, or name its encoding in the mapping (for example `encoding: latin-1`)",
            line=line,
            column=header[field] if field < len(header) else None,
        )


def _split(head: bytes) -> list[str]:
    first = head.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").rstrip("\r")
    return next(csv.reader([first], delimiter=guess_delimiter(first)), [])


def guess_delimiter(header_line: str) -> str:
    """Return the delimiter that cuts the header into the most columns; a comma when in doubt."""
    return max(DELIMITERS, key=lambda delimiter: header_line.count(delimiter))


def _refuse_open_quote(path: Path, file_format: FileFormat, encoding: str) -> None:
    text = io.TextIOWrapper(io.BytesIO(b"".join(_chunks(path, file_format))), encoding=encoding, newline="")
    header_line = text.readline()
    header = next(csv.reader([header_line]))
    reader, began, fields = csv.reader(text, delimiter=guess_delimiter(header_line)), 0, 0
    line = 1
    for record in reader:
        began, fields, line = line + 1, len(record), reader.line_num + 1
    raise FileRefusedError(
        "a quote is opened and never closed, so the rest of the file runs into one field",
        "Close it, or double quotes within fields, and export again",
        line=began,
        column=header[fields - 1] if 0 < fields <= len(header) else None,
    )


def scan_text(path: Path, file_format: FileFormat, encoding: str = "utf-8") -> TextFacts:
    """Pass once over a text file.

    Raises:
        FileRefusedError: the file is cut off, wrongly encoded, has NUL bytes or an open quote.
    """
    scan = _TextScan(encoding)
    try:
        for chunk in _chunks(path, file_format):
            scan.feed(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefusedError(
            f"the gzip stream is cut off or damaged ({error})", "Send the whole file again", line=scan.lines + 1
        ) from None
    if not scan.head.strip():
        raise FileRefusedError("the file is empty, without even a header", "Send it again, or remove it")
    if file_format.kind == "csv" and scan.quotes % 2:
        _refuse_open_quote(path, file_format, encoding)
    header_line = scan.head.decode(encoding, errors="replace").splitlines()[0].removeprefix("\ufeff")
    return TextFacts(scan.last in (b"\n", b"\r"), header_line)
