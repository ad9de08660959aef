"""A look at a file's bytes before anyone parses them: is it whole, and is it what its name says?"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
import sys
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from orchestration.landing.refusal import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_BYTES = 1 << 20
HEAD_CHARACTERS = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_LINE_END = re.compile(r"\r\n|\r|\n")
_MAGIC = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a ZIP or Excel file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "gzip",
}


@dataclass(frozen=True)
class FileFormat:
    """What a file's name says of it."""

    kind: str
    is_gzip: bool


@dataclass(frozen=True)
class TextFacts:
    """What one pass over the bytes of a text file found."""

    header_line: str
    has_quotes: bool
    unended_line: int | None


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


def open_bytes(path: Path, file_format: FileFormat) -> IO[bytes]:
    """Open a file for its content, unpacked where it is compressed."""
    return gzip.open(path, "rb") if file_format.is_gzip else path.open("rb")


def _chunks(path: Path, file_format: FileFormat) -> Iterator[bytes]:
    """Yield the content piece by piece; what a damaged gzip still gives comes before its error."""
    with open_bytes(path, file_format) as stream:
        while chunk := stream.read1(CHUNK_BYTES):  # type: ignore[attr-defined]
            yield chunk


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
    """Decodes and counts lines, chunk by chunk, and refuses where trouble begins."""

    def __init__(self, encoding: str, *, has_header: bool) -> None:
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.encoding = encoding
        self.has_header = has_header
        self.lines = 0
        self.has_quotes = False
        self.last = ""
        self.head = ""

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; an empty one says that the file has ended."""
        try:
            text = self.decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise self._wrong_encoding(error) from None
        except UnicodeError as error:  # UTF-16 and UTF-32 that do not say their byte order
            raise FileRefusedError(
                f"the text is not {self.encoding.upper()}: {error}",
                "Name its encoding in the mapping (for example `encoding: utf-16-le`), or export it as UTF-8",
                line=self.lines + 1,
            ) from None
        self._check_nul(text)
        if len(self.head) < HEAD_CHARACTERS and not _LINE_END.search(self.head):
            self.head = (self.head + text)[:HEAD_CHARACTERS]
        self.lines += _line_ends(text)
        self.has_quotes = self.has_quotes or '"' in text
        self.last = text[-1:] or self.last

    def _check_nul(self, text: str) -> None:
        if "\0" in text:
            raise FileRefusedError(
                f"a NUL byte, so the file was cut or padded while it was written, or is not {self.encoding.upper()}",
                "Export it again, or name its encoding in the mapping (for example `encoding: utf-16`)",
                line=self.lines + _line_ends(text[: text.index("\0")]) + 1,
            )

    def _wrong_encoding(self, error: UnicodeDecodeError) -> FileRefusedError:
        before = error.object[: error.start].decode(self.encoding, errors="replace")
        self._check_nul(before)
        head = self.head or before
        header_line = first_line(head)
        delimiter = guess_delimiter(header_line)
        names = split_line(header_line, delimiter) if header_line != head else []
        *earlier, line = _LINE_END.split(before)
        position = (len(split_line(line, delimiter)) or 1) if earlier or not self.lines else 0
        return FileRefusedError(
            f"byte 0x{error.object[error.start]:02X} is not {self.encoding.upper()}",
            "Export it as UTF-8, or name its encoding in the mapping (for example `encoding: latin-1`)",
            line=self.lines + _line_ends(before) + 1,
            column=names[position - 1].strip() if self.has_header and 0 < position <= len(names) else None,
        )


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def first_line(text: str) -> str:
    """Return the first line, without a byte order mark."""
    return _LINE_END.split(text.removeprefix("\ufeff"), maxsplit=1)[0]


def split_line(line: str, delimiter: str) -> list[str]:
    """Return the fields of one line of CSV."""
    return next(csv.reader([line], delimiter=delimiter), [])


def guess_delimiter(header_line: str) -> str:
    """Return the delimiter that cuts the header into the most columns; a comma when in doubt."""
    unquoted = re.sub('"[^"]*"', "", header_line)
    return max(DELIMITERS, key=unquoted.count)


def check_quotes(path: Path, file_format: FileFormat, encoding: str, delimiter: str) -> None:
    """Refuse a CSV file in which a quote is left open, for it swallows the lines that follow.

    Two open quotes make a pair, so counting does not do: what follows the second one tells.
    """
    csv.field_size_limit(sys.maxsize)
    began = 1
    with io.TextIOWrapper(open_bytes(path, file_format), encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for _ in reader:
                began = reader.line_num + 1
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            where = "never closed" if is_open else f"closed in the middle of a field in line {reader.line_num}"
            raise FileRefusedError(
                f"a quote is opened and {where}, so lines run into one field",
                "Close it, or double quotes within fields, and export again",
                line=began,
                column=_open_column(path, file_format, encoding, delimiter) if is_open else None,
            ) from None


def _open_column(path: Path, file_format: FileFormat, encoding: str, delimiter: str) -> str | None:
    with io.TextIOWrapper(open_bytes(path, file_format), encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        header, fields = next(reader), 0
        for record in reader:
            fields = len(record)
    return header[fields - 1].strip() if 0 < fields <= len(header) else None


def scan_text(path: Path, file_format: FileFormat, encoding: str = "utf-8") -> TextFacts:
    """Pass once over a text file.

    Raises:
        FileRefusedError: the file is cut off, wrongly encoded, empty or has NUL bytes.
    """
    scan = _TextScan(encoding, has_header=file_format.kind == "csv")
    try:
        for chunk in _chunks(path, file_format):
            scan.feed(chunk)
        scan.feed(b"")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefusedError(
            f"the gzip stream is cut off or damaged ({error})",
            "Send the whole file again",
            line=scan.lines + 1,
        ) from None
    if not scan.head.strip():
        raise FileRefusedError("the file is empty, without even a header", "Send it again, or remove it")
    unended_line = None if scan.last in ("\n", "\r") else scan.lines + 1
    return TextFacts(first_line(scan.head), scan.has_quotes, unended_line)
