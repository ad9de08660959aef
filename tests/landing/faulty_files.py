"""Files with faults composed at random, and what each of them truly offers, told by other means than landing's own.

A case is made anew from its number alone. `Offer.of` reads the bytes with a small parser of its own; it follows
`docs/landing.md`, not the code of landing.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet

from expectations.contract import Column, Table, load_contract

CASES_A_PASS = 500
TABLES_A_PASS = 3
SHAPES = 3  # of each table in a pass: files of one header are judged together, which is what takes time
TABLES = ("crm.leads", "crm.contacts", "orders.orders", "orders.order_lines", "orders.payments", "crm.contracts")
DELIMITERS = (",", ";", "\t", "|")
ODD_NAMES = ("Shoe size", 'a"b', "it's", "x,y|z", "😀", "rowid", "select", " spaced ", "c" * 3_000, "LEAD_ID", "é;\t")
BAD_NAMES = ("", "_file", "a\nb", "_Source_Row", "n\0ul")
MAGIC = (b"PAR1", b"PK\x03\x04", b"%PDF", b"\x1f\x8b")
LATEST = "9999-12-31"

GOOD = {
    "text": ("a", "Zoë漢", "x;y", "a,b|c\td", 'say "hi"', '"', "line\nbreak", "cr\r\nlf", " padded ", "NULL", "null"),
    "integer": ("1", "42", "+7", "0001999"),
    "number": ("1.5", "-0", "1e3", ".5", "0.1e-400", "7."),
    "money": ("10.00", "-0.00", "1e3", "999999999999.9999", "0.00001"),
    "boolean": ("true", "F", "1"),
    "date": ("2024-02-29", "1900-01-01", LATEST),
    "timestamp": ("2024-02-29", "2024-01-01 10:00", "2023-12-31T23:59:59.123Z", "2024-01-01 10:00:00+08", "1900-01-01"),
}  # fmt: skip
BAD = {
    "text": (),
    "integer": ("1.5", "1e3", "9" * 400, "NaN", "1_000", "٣", "-"),
    "number": ("NaN", "inf", "-Infinity", "1e400", "1,5", "0x10", "--1", "1 000", "1e", "-1e12"),
    "money": ("1e400", "1,299.50", "€10", "nan", "1000000000000", "9" * 400),
    "boolean": ("yes", "2", "-0"),
    "date": ("2023-02-29", "0000-01-01", "0001-01-01", "10000-01-01", "01/02/2024", "2024-1-1", "infinity"),
    "timestamp": (
        *("2023-02-29", "0000-12-31", "10000-01-01", "01/02/2024", "1704067200", "2024-01-01 25:00", "now"),
        *(
            "2024-01-01 10:00:00 UTC",
            "9999-12-31 23:59:59-14:00",
            "0001-01-01",
            "1900-01-01T00:00:00+14:00",
            " 2024-01-01",
        ),
    ),
}


def good_texts(column: Column) -> tuple[str, ...]:
    """Return texts of a column with which a row is landed."""
    if column.values:
        return column.values
    if column.max is not None:
        return ("1980",)
    texts = GOOD[column.type]
    return tuple(text for text in texts if text != LATEST) if column.past else texts


def bad_texts(column: Column) -> tuple[str, ...]:
    """Return texts of a column with which a row is put aside."""
    more = ("perhaps",) if column.values else ()
    more += ("-3",) if column.min is not None else ()
    return BAD[column.type] + more + ((LATEST,) if column.past else ())


def verdict(column: Column, text: str | None) -> str:
    """Return what the contract says of a cell: good, bad, or unknown to this small judge."""
    if not text:
        return "bad" if column.not_null else "good"
    if text in good_texts(column) or (column.type == "text" and not column.values):
        return "good"
    return "bad" if text in bad_texts(column) else "unknown"


@dataclass
class Case:
    """One file: where it lies, its bytes, and the faults that were put into it."""

    number: int
    table: Table
    name: str = ""
    content: bytes = b""
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"case {self.number} ({self.name!r}; {', '.join(self.faults) or 'no fault'})"


class _Maker:
    """Makes one case."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(f"case {number}")
        first = number // CASES_A_PASS
        table_id = TABLES[(first + self.chance.randrange(TABLES_A_PASS)) % len(TABLES)]
        self.case = Case(number, load_contract().tables[table_id])

    def maybe(self, share: float, fault: str) -> bool:
        happens = self.chance.random() < share
        if happens:
            self.case.faults.append(fault)
        return happens

    def header(self) -> list[str]:
        """Return the names of the columns: one of the few shapes of this table in this pass."""
        shape = f"{self.case.number // CASES_A_PASS} {self.case.table.id} {self.chance.randrange(SHAPES)}"
        chance = random.Random(shape)
        names = [c.name for c in self.case.table.columns if c.must_be_in_header or chance.random() < 0.5]
        fault = chance.choice(["", "moved", "added"] * 4 + ["renamed", "doubled", "dropped", "bad name"])
        if fault == "moved":
            chance.shuffle(names)
        if fault in ("added", "bad name"):
            names.insert(chance.randint(0, len(names)), chance.choice(ODD_NAMES if fault == "added" else BAD_NAMES))
        if fault == "renamed":
            names[chance.randrange(len(names))] = chance.choice(["id", "Datum", names[0].upper()])
        if fault == "doubled":
            names.append(chance.choice(names).title())
        if fault == "dropped":
            names.pop(chance.randrange(len(names)))
        self.case.faults += [f"columns {fault}"] if fault else []
        return names

    def cell(self, name: str) -> str | None:
        known = {column.name: column for column in self.case.table.columns}
        if name not in known:
            return self.chance.choice(["", "more", "1", None])
        column, kind = known[name], self.chance.random()
        if kind < 0.03 and bad_texts(column):
            self.case.faults.append(f"bad {column.type}")
            return self.chance.choice(bad_texts(column))
        if kind < 0.035:
            self.case.faults.append("long text")
            return self.chance.choice("xé漢") * self.chance.choice([300, 20_000])
        if kind < (0.05 if column.not_null else 0.3):
            return None
        return self.chance.choice(good_texts(column))

    def rows(self, names: list[str]) -> list[list[str | None]]:
        rows = [[self.cell(name) for name in names] for _ in range(self.chance.choice([0, 1, 2, 3, 5, 8]))]
        if self.maybe(0.1, "10 x the rows"):
            rows *= 10
        if rows and self.maybe(0.1, "doubled rows"):
            rows += rows[: self.chance.randint(1, len(rows))]
        return rows

    def csv(self, names: list[str], rows: list[list[str | None]]) -> bytes:
        delimiter, quotes = self.chance.choice(DELIMITERS), self.chance.random() < 0.2
        end = self.chance.choice(["\n", "\n", "\r\n", "\r", "mixed"])
        lines = []
        for number, row in enumerate([names, *rows]):
            fields = [_csv_field(text or "", delimiter, is_quoted=quotes) for text in row]
            if number and self.maybe(0.03, "ragged row"):
                fields = fields[:-1] if self.chance.random() < 0.5 else [*fields, "more"]
            lines.append(delimiter.join(fields) + (self.chance.choice(["\n", "\r\n"]) if end == "mixed" else end))
            if number and self.maybe(0.02, "blank line"):
                lines.append(end if end != "mixed" else "\n")
        text = "".join(lines)
        return (text.rstrip("\r\n") if self.maybe(0.1, "last line unended") else text).encode()

    def jsonl(self, names: list[str], rows: list[list[str | None]]) -> bytes:
        lines, is_sparse = [], self.maybe(0.2, "columns left out of rows")
        for row in rows:
            pairs = [(name, self.json_value(text)) for name, text in zip(names, row, strict=True)]
            pairs = [pair for pair in pairs if pair[1] != "null" or not is_sparse]
            if self.maybe(0.03, "odd JSON"):
                pairs.append(self.chance.choice([("nested", '{"a": [1.10, {"b": null}]}'), *pairs[:1], ("", "1")]))
            ensure = self.chance.random() < 0.5
            lines.append("{" + ", ".join(f"{json.dumps(n, ensure_ascii=ensure)}: {v}" for n, v in pairs) + "}")
            if self.maybe(0.03, "no JSON"):
                lines.append(self.chance.choice(["[1]", "{", '{"a": "\\ud800"}', '{"a": nul}', "1", '{"a":1}}', "{}"]))
        text = "\n".join(lines) + "\n"
        return (text.rstrip("\n") if self.maybe(0.1, "last line unended") else text).encode()

    def json_value(self, text: str | None) -> str:
        if text is None:
            return "null"
        is_number = text.lstrip("-").replace(".", "", 1).isascii() and text.lstrip("-").replace(".", "", 1).isdigit()
        if is_number and not text.lstrip("-").startswith(("0", ".")) and not text.endswith("."):
            return text
        if text in ("NaN", "-Infinity", "true", "null", "1e400"):
            return text
        return json.dumps(text, ensure_ascii=self.chance.random() < 0.5)

    def parquet(self, names: list[str], rows: list[list[str | None]]) -> bytes:
        columns = [self.arrow_column([row[position] for row in rows]) for position in range(len(names))]
        sink = pa.BufferOutputStream()
        pyarrow.parquet.write_table(pa.Table.from_arrays(columns, names), sink)
        return sink.getvalue().to_pybytes()

    def arrow_column(self, texts: list[str | None]) -> pa.Array:
        as_text = pa.array(texts, pa.string())
        kind = self.chance.choice(
            [pa.int64(), pa.decimal128(38, 4), pa.timestamp("us"), pa.float64(), pa.large_string()]
        )
        if self.chance.random() < 0.3:
            return as_text.dictionary_encode()
        if self.chance.random() < 0.3:
            return as_text.cast(pa.binary())
        try:
            return as_text.cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return as_text

    def damage(self, content: bytes, kind: str) -> bytes:
        """Put one fault into the bytes."""
        self.case.faults.append(kind)
        at = self.chance.randrange(len(content)) if content else 0
        lines = content.splitlines(keepends=True)
        text = content.decode(errors="replace")
        results = {
            "cut": lambda: content[:at],
            "cut at a row": lambda: b"".join(lines[: self.chance.randint(0, len(lines))]),
            "latin-1": lambda: text.encode("latin-1", "replace"),
            "utf-16": lambda: text.encode("utf-16"),
            "utf-16-le": lambda: text.encode("utf-16-le"),
            "byte order mark": lambda: b"\xef\xbb\xbf" + content,
            "NUL": lambda: content[:at] + b"\0" * self.chance.randint(1, 3) + content[at:],
            "flipped byte": lambda: content[:at] + bytes([self.chance.randrange(256)]) + content[at + 1 :],
            "quote put in": lambda: content[:at] + b'"' + content[at:],
            "quote left out": lambda: content.replace(b'"', b"", 1),
            "another delimiter": lambda: b"".join(lines[:1]) + b"".join(lines[1:]).replace(b",", b";"),
            "empty": lambda: b"",
            "blank": lambda: b"\n \r\n",
            "twice": lambda: content * 2,
            "garbage after": lambda: content + bytes(self.chance.randrange(256) for _ in range(9)),
            "blank first line": lambda: b"\n" + content,
        }
        return results[kind]()

    def file_name(self, suffix: str) -> str:
        stem = str(self.case.number)
        if self.maybe(0.1, "odd name"):
            odd = [
                "it's",
                'a "b"',
                "a\nb",
                "漢 字",
                "\x1b[31mred",
                "-x",
                "é" * 90,
                "100%",
                "a\\b",
                "x.csv/part",
                "{}",
                "\udcff",
            ]
            stem += self.chance.choice(odd)
        if self.maybe(0.05, "wrong suffix"):
            suffix = self.chance.choice(["csv", "csv.gz", "jsonl", "parquet", "CSV", "tsv", "ndjson.gz", "xlsx", "txt"])
        return f"{self.case.table.id.replace('.', '/')}/{stem}.{suffix}"

    def make(self) -> Case:
        suffix = self.chance.choice(["csv"] * 8 + ["csv.gz"] * 3 + ["jsonl"] * 4 + ["jsonl.gz"] * 2 + ["parquet"] * 4)
        names = self.header()
        kind = suffix.partition(".")[0]
        content = {"csv": self.csv, "jsonl": self.jsonl, "parquet": self.parquet}[kind](names, self.rows(names))
        kinds = ["cut", "cut at a row", "flipped byte", "empty", "garbage after", "NUL", "twice"]
        if kind != "parquet":
            kinds += ["latin-1", "utf-16", "utf-16-le", "byte order mark", "quote put in", "quote left out", "blank"]
            kinds += ["another delimiter", "blank first line", "cut", "cut at a row", "byte order mark"]
        is_packed_first = suffix.endswith(".gz") and self.chance.random() < 0.3
        content = gzip.compress(content, mtime=0) if is_packed_first else content
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2])):
            content = self.damage(content, self.chance.choice(kinds))
        is_packed_now = suffix.endswith(".gz") and not is_packed_first
        self.case.content = gzip.compress(content, mtime=0) if is_packed_now else content
        self.case.name = self.file_name(suffix)
        return self.case


def _csv_field(text: str, delimiter: str, *, is_quoted: bool) -> str:
    if is_quoted or any(character in text for character in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def make_case(number: int) -> Case:
    """Make a case from its number."""
    return _Maker(number).make()


class RefusedError(Exception):
    """The file offers no rows: they cannot be told apart, or a column is missing."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.line = line


@dataclass
class Offer:
    """What a file offers: its rows in order, each by column, or as the fields of a ragged one."""

    header: list[str]
    rows: list[dict[str, object] | list[str] | None]

    @classmethod
    def of(cls, case: Case) -> Offer:
        """Read a file.

        Raises:
            RefusedError: it must be refused.
        """
        name = case.name.lower()
        is_packed, kind = name.endswith(".gz"), name.removesuffix(".gz").rpartition(".")[2]
        if not case.content:
            raise RefusedError("empty")
        if kind == "parquet":
            offer = _offer_of_parquet(case.content)
        else:
            text = _text_of(_unpacked(case.content) if is_packed else _plain(case.content))
            offer = _offer_of_json(text) if kind in ("jsonl", "ndjson") else _offer_of_csv(text)
        needed = {column.name for column in case.table.columns if column.must_be_in_header}
        if missing := needed.difference(offer.header):
            raise RefusedError(f"no {missing}", line=None if kind in ("parquet", "jsonl", "ndjson") else 1)
        return offer


def _unpacked(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RefusedError("damaged gzip") from None


def _plain(content: bytes) -> bytes:
    if content.startswith(MAGIC):
        raise RefusedError("another format")
    return content


def _text_of(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        nul = content.find(b"\0", 0, error.start)
        before = content[: error.start if nul < 0 else nul]
        raise RefusedError("not UTF-8", line=None if b"\r" in before else before.count(b"\n") + 1) from None
    if "\0" in text:
        before, _, _ = text.partition("\0")
        raise RefusedError("NUL", line=None if "\r" in before else before.count("\n") + 1)
    if not text.strip():
        raise RefusedError("empty")
    return text.removeprefix("\ufeff")


def _names(names: list[str]) -> list[str]:
    names = [name.strip() for name in names]
    folded = [name.lower() for name in names]
    if not names or "" in names or len(set(folded)) < len(folded) or {"_file", "_source_row"}.intersection(folded):
        raise RefusedError("names")
    if any("\0" in name for name in names):
        raise RefusedError("names")
    return names


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Cut a text into records, blank lines apart; a quote opens a field only at its very beginning."""
    cut = re.escape(delimiter)
    pattern = re.compile(rf'("[^"]*(?:""[^"]*)*"|(?!")[^{cut}\r\n]*)({cut}|\r\n|\r|\n|\Z)')
    records: list[list[str]] = []
    record: list[str] = []
    at = 0
    while at < len(text):
        found = pattern.match(text, at)
        if not found:
            raise RefusedError("a quote is left open, or closed within a field")
        written, end = found.groups()
        record.append(written[1:-1].replace('""', '"') if written.startswith('"') else written)
        at = found.end()
        if end != delimiter:
            records += [record] if len(record) > 1 or written else []
            record = []
    return [*records, [*record, ""]] if record else records


def _columns_count(line: str, delimiter: str) -> int:
    try:
        return len(_records(line, delimiter)[0])
    except RefusedError:
        return 0


def _offer_of_csv(text: str) -> Offer:
    first = text.partition("\n")[0].partition("\r")[0]
    if not first.strip() or first.count('"') % 2:
        raise RefusedError("no header", line=1)
    delimiter = max(DELIMITERS, key=lambda delimiter: _columns_count(first, delimiter))
    header = _names(_records(first, delimiter)[0])
    rows = []
    for record in _records(text, delimiter)[1:]:
        is_whole = len(record) == len(header)
        rows.append(dict(zip(header, (text or None for text in record), strict=True)) if is_whole else record)
    if rows and isinstance(rows[-1], list) and not text.endswith(("\n", "\r")):
        raise RefusedError("cut in its last row")
    return Offer(header, rows)


class Written(str):
    """A number of a JSON file, as written."""

    __slots__ = ()


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name appears twice")
    return dict(pairs)


def read_json(text: str) -> object:
    """Read JSON with numbers as written, and no name twice."""
    hooks = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), Written)
    return json.loads(text, object_pairs_hook=_once, **hooks)


def _json_row(line: str) -> dict[str, object] | None:
    try:
        row = read_json(line)
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or len({name.strip() for name in row}) < len(row):
        return None
    return {name.strip(): None if value == "" else value for name, value in row.items()}


def _offer_of_json(text: str) -> Offer:
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    rows = [_json_row(line) for line in lines]
    names = list(dict.fromkeys(name for row in rows if row for name in row))
    if not names:
        raise RefusedError("no object")
    header = _names(names)
    if rows[-1] is None and not text.endswith(("\n", "\r")):
        raise RefusedError("cut in its last row")
    return Offer(header, [row if row is None else dict.fromkeys(header) | row for row in rows])


def _offer_of_parquet(content: bytes) -> Offer:
    if not content.startswith(b"PAR1"):
        raise RefusedError("no Parquet")
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        names, columns = table.column_names, [[_written(value) for value in column] for column in table.columns]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RefusedError(str(error)) from None
    header = _names(names)
    return Offer(header, [dict(zip(header, row, strict=True)) for row in zip(*columns, strict=True)])


def _as_python(value: pa.Scalar) -> object:
    try:
        plain = value.as_py()
        return plain.decode() if isinstance(plain, bytes) else plain
    except UnicodeDecodeError:
        return str(value.cast(pa.binary()).as_py())
    except OverflowError:  # an instant that Python does not have; Arrow can write the year 0
        return pa.array([value.value], pa.int64()).cast(value.type).cast(pa.string())[0].as_py()


def _written(value: pa.Scalar) -> object:
    """Return what a value of a Parquet file is as text; a number with a fraction stays one."""
    plain = _as_python(value)
    if isinstance(plain, datetime):
        return plain.isoformat(" ", "microseconds")
    if isinstance(plain, (Decimal, date, int)):
        return str(plain)
    return None if plain == "" else plain
