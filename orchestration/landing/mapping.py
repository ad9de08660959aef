"""How files become contract tables: by their place in the landing folder, or by a mapping file.

A mapping file is YAML. It names, for each file pattern, the tables that its rows feed, and for each
column of the contract an SQL expression over the file's own columns:

    files:
      - pattern: "*.csv"
        tables:
          orders.orders:
            where: "InvoiceNo not like 'C%'"
            one_row_per: [order_id]
            columns: {order_id: InvoiceNo, ordered_at: InvoiceDate}
            constants: {currency: GBP}
            date_formats: {ordered_at: "%d/%m/%Y %H:%M"}

An expression sees one file at a time, every column as text, and `_source_row`, the row's number in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import duckdb
import yaml

from expectations.contract import Contract, Table, load_contract

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePosixPath


class MappingError(Exception):
    """A mapping file cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True)
class TableMapping:
    """How the rows of a file feed one contract table."""

    table: Table
    expressions: dict[str, str]
    where: str | None = None
    one_row_per: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FileMapping:
    """What to do with the files of one pattern; no tables means: read the header as the contract's."""

    name: str
    pattern: str
    tables: tuple[TableMapping, ...]
    delimiter: str | None = None
    encoding: str = "utf-8"
    origin: str = ""


def table_of_place(path: PurePosixPath, contract: Contract) -> Table | None:
    """Return the contract table that `<source>/<table>/file` or `<source>/<table>.ext` names."""
    parts = path.parts
    if len(parts) >= 3:
        return contract.tables.get(f"{parts[0]}.{parts[1]}")
    if len(parts) == 2:
        return contract.tables.get(f"{parts[0]}.{parts[1].split('.')[0]}")
    return None


def mapping_by_place(table: Table) -> FileMapping:
    """Return the mapping of a file whose columns already bear the contract's names."""
    return FileMapping(table.id, "*", (TableMapping(table, {}),))


def bind_by_header(mapping: TableMapping, header: Iterable[str]) -> TableMapping:
    """Fill a mapping by place with the columns that a header really has."""
    if mapping.expressions:
        return mapping
    names = set(header)
    own = {name: f'"{name}"' for name in mapping.table.column_names if name in names}
    return TableMapping(mapping.table, own, mapping.where, mapping.one_row_per)


def choose_mapping(
    path: PurePosixPath, mappings: tuple[FileMapping, ...], contract: Contract
) -> FileMapping | None:
    """Return the first mapping whose pattern the path matches, else the one by place, else none."""
    for mapping in mappings:
        if fnmatch(str(path), mapping.pattern):
            return mapping
    table = table_of_place(path, contract)
    return mapping_by_place(table) if table else None


class _Reader:
    """Reads one mapping file, keeping the line of everything it complains about."""

    def __init__(self, path: Path, contract: Contract) -> None:
        self.path = path
        self.contract = contract

    def fail(self, node: yaml.Node | None, what: str) -> MappingError:
        line = f" line {node.start_mark.line + 1}" if node else ""
        return MappingError(f"{self.path}{line}: {what}")

    def pairs(self, node: yaml.Node, allowed: Iterable[str] | None = None) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, "expected `name: value` pairs here")
        found = {key.value: (key, value) for key, value in node.value}
        for name, (key, _) in found.items():
            if allowed is not None and name not in allowed:
                raise self.fail(key, f"unknown entry '{name}'{_suggest(name, allowed)}")
        return found

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
            raise self.fail(node, "expected one value here")
        return str(node.value)

    def expression(self, node: yaml.Node) -> str:
        text = self.text(node)
        error = duckdb.execute(
            "select json_extract_string(json_serialize_sql('select ' || $1), '$.error_message')", [text]
        ).fetchone()
        if error and error[0]:
            raise self.fail(node, f"cannot read the expression `{text}`: {error[0]}")
        return text

    def columns(self, table: Table, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        return self.pairs(node, table.column_names)

    def table_mapping(self, key: yaml.Node, body: yaml.Node) -> TableMapping:
        table = self.contract.tables.get(key.value)
        if table is None:
            known = self.contract.tables
            raise self.fail(key, f"the contract has no table '{key.value}'{_suggest(key.value, known)}")
        allowed = ("columns", "constants", "date_formats", "where", "one_row_per")
        entries = self.pairs(body, allowed)
        expressions, lines = self.table_expressions(table, entries)
        self.check_required(table, expressions, key)
        where = self.expression(entries["where"][1]) if "where" in entries else None
        return TableMapping(table, expressions, where, self.one_row_per(table, entries), lines)

    def table_expressions(
        self, table: Table, entries: dict[str, tuple[yaml.Node, yaml.Node]]
    ) -> tuple[dict[str, str], dict[str, int]]:
        expressions: dict[str, str] = {}
        lines: dict[str, int] = {}
        if "columns" in entries:
            for name, (key, value) in self.columns(table, entries["columns"][1]).items():
                expressions[name], lines[name] = self.expression(value), key.start_mark.line + 1
        if "constants" in entries:
            for name, (key, value) in self.columns(table, entries["constants"][1]).items():
                literal = self.text(value).replace("'", "''")
                expressions[name], lines[name] = f"'{literal}'", key.start_mark.line + 1
        if "date_formats" in entries:
            for name, (key, value) in self.columns(table, entries["date_formats"][1]).items():
                if name not in expressions:
                    raise self.fail(key, f"a date format for '{name}', which is not mapped under columns")
                expressions[name] = _with_date_format(expressions[name], self.text(value))
        return expressions, lines

    def check_required(self, table: Table, expressions: dict[str, str], key: yaml.Node) -> None:
        missing = [c.name for c in table.columns if c.must_be_in_header and c.name not in expressions]
        if missing:
            names = ", ".join(missing)
            raise self.fail(key, f"{table.id} needs {names}; map each under columns or constants")

    def one_row_per(self, table: Table, entries: dict[str, tuple[yaml.Node, yaml.Node]]) -> tuple[str, ...]:
        if "one_row_per" not in entries:
            return ()
        node = entries["one_row_per"][1]
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, "expected a list of columns, such as [order_id]")
        for item in node.value:
            if item.value not in table.column_names:
                raise self.fail(item, f"{table.id} has no column '{item.value}'")
        return tuple(item.value for item in node.value)

    def file_mapping(self, node: yaml.Node) -> FileMapping:
        entries = self.pairs(node, ("pattern", "tables", "delimiter", "encoding"))
        for name in ("pattern", "tables"):
            if name not in entries:
                raise self.fail(node, f"a file entry needs `{name}`")
        tables = tuple(
            self.table_mapping(key, body) for key, body in self.pairs(entries["tables"][1]).values()
        )
        if all(table.one_row_per for table in tables):
            raise self.fail(node, "every table has one_row_per, so rows would be lost; leave it off one of them")
        options = {name: self.text(entries[name][1]) for name in ("delimiter", "encoding") if name in entries}
        pattern = self.text(entries["pattern"][1])
        name = "+".join(table.table.id for table in tables)
        return FileMapping(name, pattern, tables, origin=str(self.path), **options)


def _with_date_format(expression: str, date_format: str) -> str:
    """Read by the format; what does not fit stays as it is, so that the row rule can say so."""
    quoted = date_format.replace("'", "''")
    return f"coalesce(try_strptime({expression}, '{quoted}')::varchar, {expression})"


def _suggest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(sorted(known))}"


def load_mapping(path: Path, contract: Contract | None = None) -> tuple[FileMapping, ...]:
    """Read and check a mapping file.

    Raises:
        MappingError: the file cannot be read, or names something the contract does not have.
    """
    reader = _Reader(path, contract or load_contract())
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise MappingError(f"{path}: no such mapping file") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MappingError(f"{path} line {line}: not YAML: {error.problem}") from None
    if node is None:
        raise MappingError(f"{path}: empty; expected `files:` with a list of patterns")
    entries = reader.pairs(node, ("files",))
    if "files" not in entries or not isinstance(entries["files"][1], yaml.SequenceNode):
        raise reader.fail(node, "expected `files:` with a list of patterns")
    return tuple(reader.file_mapping(item) for item in entries["files"][1].value)
