"""How files become contract tables: by their place in the landing folder, or by a mapping file.

A mapping file is YAML. It names, for each file pattern, the tables that its rows feed, and for each
column of the contract an SQL expression over the file's own columns:

    files:
      - pattern: "*.csv"
        time_zone: Europe/London
        tables:
          orders.orders:
            where: "InvoiceNo not like 'C%'"
            one_row_per: [order_id]
            columns: {order_id: InvoiceNo, ordered_at: InvoiceDate}
            constants: {currency: GBP}
            date_formats: {ordered_at: "%d/%m/%Y %H:%M"}

An expression sees one file at a time, every column as text, and `_source_row`, the row's number in it.
An entry without `tables` says how files are read that are named by their place: delimiter, encoding, time zone.
Whose ids the rows have when several shops send, `source_relation` says, else the place.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import duckdb
import yaml

from expectations.contract import Contract, Table, load_contract
from orchestration.landing.refusal import FileRefusedError, printable
from orchestration.landing.relations import ANY_FOLDER, check_name, prefix, relation_of_place, told_apart
from orchestration.landing.time_zones import known_zones

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path, PurePosixPath


_OPTIONS = ("delimiter", "encoding", "time_zone")
_RELATION = "source_relation"
_PARSED = """
    select
        json_extract_string(tree, '$.error_message'),
        json_array_length(tree, '$.statements') + json_array_length(tree, '$.statements[0].node.select_list') = 2,
        json_extract_string(tree, '$..type') || json_extract_string(tree, '$..function_name')
    from (select json_serialize_sql($1) as tree)
"""
_MORE_THAN_A_VALUE = {"STAR", "SUBQUERY", "VALUE_PARAMETER", "POSITIONAL_REFERENCE", "unnest", "generate_subscripts"}


class MappingError(Exception):
    """A mapping file cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True)
class TableMapping:
    """How the rows of a file feed one contract table.

    A time without an offset is one of the time zone's clocks; ids are those of the shop `relation`, if any.
    """

    table: Table
    expressions: dict[str, str]
    where: str | None = None
    one_row_per: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)
    time_zone: str | None = None
    relation: str | None = None

    @property
    def landed_values(self) -> dict[str, str]:
        """The SQL of what is landed in each column of the contract."""
        names = self.table.column_names
        values = {name: f"nullif(({self.expressions.get(name, 'null')})::varchar, '')" for name in names}
        if self.relation is None:
            return values
        return told_apart(self.table, _literal(prefix(self.relation)), values)


@dataclass(frozen=True)
class FileMapping:
    """What to do with the files of one pattern; no tables means: those of their places.

    The shop `relation` is that of the files; `refusal` says why a file cannot be any shop's.
    """

    name: str
    pattern: str
    tables: tuple[TableMapping, ...]
    delimiter: str | None = None
    encoding: str = "utf-8"
    time_zone: str | None = None
    origin: str = ""
    relation: str | None = None
    refusal: FileRefusedError | None = None


def table_of_place(path: PurePosixPath, contract: Contract) -> Table | None:
    """Return the contract table that `<source>/<table>/file` or `<source>/<table>.ext` names."""
    source, _, rest = path.as_posix().partition("/")
    folder, slash, _ = rest.partition("/")
    return contract.tables.get(f"{source}.{folder if slash else folder.split('.')[0]}")


def mapping_by_place(table: Table, entry: FileMapping | None = None) -> FileMapping:
    """Return the mapping of a file whose columns already bear the contract's names, read as an entry says."""
    if entry is None:
        return FileMapping(table.id, "*", (TableMapping(table, {}),))
    tables = (TableMapping(table, {}, time_zone=entry.time_zone),)
    return replace(entry, name=table.id + entry.name, tables=tables, origin="")


def bind_by_header(mapping: TableMapping, header: Iterable[str]) -> TableMapping:
    """Bind a mapping to the columns that a header really has.

    A mapping by place takes those of the contract. An expression that is a column's bare name means
    that column, even where SQL has a word of its own for it, such as `user`. Local times are told in UTC.
    """
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in header}
    if mapping.expressions:
        bound = {name: quoted.get(text, text) for name, text in mapping.expressions.items()}
    else:
        bound = {name: quoted[name] for name in mapping.table.column_names if name in quoted}
    if mapping.time_zone:
        instants = {column.name for column in mapping.table.columns if column.type == "timestamp"} & bound.keys()
        zone = _literal(mapping.time_zone)
        bound |= {name: f"told_in_utc(({bound[name]})::varchar, {zone})" for name in instants}
    return replace(mapping, expressions=bound)


def choose_mapping(path: PurePosixPath, mappings: tuple[FileMapping, ...], contract: Contract) -> FileMapping | None:
    """Return the first mapping whose pattern the path matches, else the one by place, else none; and of which shop."""
    entry = next((mapping for mapping in mappings if fnmatch(str(path), mapping.pattern)), None)
    relation = relation_of_place(path, contract)
    if entry and entry.tables:
        said = path.parent.parts[:1] if entry.relation == ANY_FOLDER else (entry.relation or relation,)
        return _of_relation(entry, said[0] if said else "", contract)
    below = path.relative_to(path.parts[0])
    if relation is None and table_of_place(path, contract) is None and table_of_place(below, contract):
        relation = path.parts[0]  # a source's name, so this is refused
    table = table_of_place(below if relation else path, contract)
    return _of_relation(mapping_by_place(table, entry), relation, contract) if table else None


def _of_relation(mapping: FileMapping, relation: str | None, contract: Contract) -> FileMapping:
    """Return the mapping for files of a shop, which are known by another name than the same files of another."""
    if relation is None:
        return mapping
    tables = tuple(replace(table, relation=relation) for table in mapping.tables)
    refusal = None
    try:
        check_name(relation, contract)
    except FileRefusedError as error:
        refusal = error
    name = f"{relation}/{mapping.name}"
    return replace(mapping, name=name, tables=tables, relation=relation, refusal=refusal)


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
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = self.text(key)
            if name in found:
                raise self.fail(key, f"'{name}' appears twice")
            if allowed is not None and name not in allowed:
                raise self.fail(key, f"unknown entry '{name}'{_suggest(name, allowed)}")
            found[name] = (key, value)
        return found

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
            raise self.fail(node, "expected one value here")
        text = str(node.value)
        if re.search("[\0\ud800-\udfff]", text):
            raise self.fail(node, "the text has a NUL or half a character")
        return text

    def expression(self, node: yaml.Node) -> str:
        text = self.text(node)
        if text.isidentifier():
            return text  # the name of a column, even one that SQL has another use for, such as `order`
        fault, is_one, parts = duckdb.execute(_PARSED, [f"select ({text})::varchar"]).fetchone() or (None, False, [])
        if fault:
            raise self.fail(node, f"cannot read the expression `{text}`: {fault}")
        if not is_one:
            raise self.fail(node, f"`{text}` is more than one expression")
        if odd := _MORE_THAN_A_VALUE.intersection(parts):
            what = ", ".join(sorted(odd)).lower().replace("_", " ")
            raise self.fail(node, f"`{text}` is not one value of each row ({what})")
        return text

    def part(
        self, table: Table, entries: dict[str, tuple[yaml.Node, yaml.Node]], name: str
    ) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Yield column, its node and its value's node of one part of a table's entry."""
        if name in entries:
            for column, (key, value) in self.pairs(entries[name][1], table.column_names).items():
                yield column, key, value

    def table_mapping(self, key: yaml.Node, body: yaml.Node) -> TableMapping:
        table = self.contract.tables.get(key.value)
        if table is None:
            known = self.contract.tables
            raise self.fail(key, f"the contract has no table '{key.value}'{_suggest(key.value, known)}")
        allowed = ("columns", "constants", "date_formats", "where", "one_row_per")
        entries = self.pairs(body, allowed)
        expressions, lines = self.table_expressions(table, entries)
        self.check_required(table, expressions, key)
        where = None
        if "where" in entries:
            node, value = entries["where"]
            where, lines["where"] = self.expression(value), node.start_mark.line + 1
        return TableMapping(table, expressions, where, self.one_row_per(table, expressions, entries), lines)

    def assignments(
        self, table: Table, entries: dict[str, tuple[yaml.Node, yaml.Node]]
    ) -> Iterator[tuple[str, yaml.Node, str]]:
        for name, key, value in self.part(table, entries, "columns"):
            yield name, key, self.expression(value)
        for name, key, value in self.part(table, entries, "constants"):
            yield name, key, _literal(self.text(value))

    def table_expressions(
        self, table: Table, entries: dict[str, tuple[yaml.Node, yaml.Node]]
    ) -> tuple[dict[str, str], dict[str, int]]:
        expressions: dict[str, str] = {}
        lines: dict[str, int] = {}
        for name, key, expression in self.assignments(table, entries):
            if name in expressions:
                raise self.fail(key, f"'{name}' is under columns and under constants")
            expressions[name], lines[name] = expression, key.start_mark.line + 1
        for name, key, value in self.part(table, entries, "date_formats"):
            if name not in expressions:
                raise self.fail(key, f"a date format for '{name}', which is not mapped under columns")
            expressions[name] = self.dated(table, name, expressions[name], value)
        return expressions, lines

    def dated(self, table: Table, name: str, expression: str, node: yaml.Node) -> str:
        """Read by the format; what does not fit stays as it is, so that the row rule can say so."""
        kind = table.columns[table.column_names.index(name)].type
        if kind not in ("date", "timestamp"):
            raise self.fail(node, f"a date format for '{name}', which holds {kind}")
        literal = _literal(self.text(node))
        try:
            duckdb.execute(f"select try_strptime('', {literal})")
        except duckdb.Error as error:
            raise self.fail(node, f"cannot use the date format: {str(error).splitlines()[0]}") from None
        text = f'"{expression}"' if expression.isidentifier() else f"({expression})::varchar"
        return f"coalesce(try_strptime({text}, {literal})::{_kind_read(kind, literal)}::varchar, {text})"

    def check_required(self, table: Table, expressions: dict[str, str], key: yaml.Node) -> None:
        missing = [c.name for c in table.columns if c.must_be_in_header and c.name not in expressions]
        if missing:
            names = ", ".join(missing)
            raise self.fail(key, f"{table.id} needs {names}; map each under columns or constants")

    def one_row_per(
        self, table: Table, expressions: dict[str, str], entries: dict[str, tuple[yaml.Node, yaml.Node]]
    ) -> tuple[str, ...]:
        if "one_row_per" not in entries:
            return ()
        node = entries["one_row_per"][1]
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, "expected a list of columns, such as [order_id]")
        names = tuple(self.text(item) for item in node.value)
        for item, name in zip(node.value, names, strict=True):
            if name not in expressions:
                raise self.fail(item, f"{table.id} has no column '{name}' that is mapped here")
        return names

    def option(self, name: str, node: yaml.Node) -> str:
        """Return the delimiter, the encoding or the time zone."""
        text = self.text(node)
        if name == "delimiter" and (len(text.encode()) != 1 or text in '"\r\n'):
            raise self.fail(node, f"the delimiter `{printable(text)}` is not one plain character")
        if name == "encoding":
            try:
                b"\xff".decode(text, errors="replace")  # refuses what is not for any text, such as base64 and idna
                codecs.getincrementaldecoder(text)
            except (LookupError, UnicodeError):
                raise self.fail(node, f"no encoding is called '{text}'; for example utf-8, latin-1, gb18030") from None
        if name == "time_zone" and text not in known_zones():
            example = (get_close_matches(text, sorted(known_zones()), n=1) or ["Europe/Berlin"])[0]
            raise self.fail(node, f"there is no time zone '{text}'; write one of IANA's, such as {example}")
        return text

    def file_mapping(self, node: yaml.Node) -> FileMapping:
        entries = self.pairs(node, ("pattern", "tables", _RELATION, *_OPTIONS))
        if "pattern" not in entries:
            raise self.fail(node, "a file entry needs `pattern`")
        if entries.keys() == {"pattern"}:
            raise self.fail(node, f"a file entry needs `tables`, or one of {', '.join(_OPTIONS)}")
        options = {name: self.option(name, entries[name][1]) for name in _OPTIONS if name in entries}
        tables = self.table_mappings(node, entries, options.get("time_zone"))
        pattern = self.text(entries["pattern"][1])
        name = "+".join(table.table.id for table in tables) + f"@{_version(tables, options)}"
        return FileMapping(name, pattern, tables, origin=str(self.path), relation=self.relation(entries), **options)

    def relation(self, entries: dict[str, tuple[yaml.Node, yaml.Node]]) -> str | None:
        """Return the shop that an entry names, if it does."""
        if _RELATION not in entries:
            return None
        key, value = entries[_RELATION]
        if "tables" not in entries:
            raise self.fail(key, f"{_RELATION} needs `tables`; without them the folder says whose the files are")
        text = self.text(value)
        if text != ANY_FOLDER:
            try:
                check_name(text, self.contract)
            except FileRefusedError:
                what = f"'{printable(text)}' cannot be a shop's name; write a-z, 0-9 and _, no source's name, or '*'"
                raise self.fail(value, what) from None
        return text

    def table_mappings(
        self, node: yaml.Node, entries: dict[str, tuple[yaml.Node, yaml.Node]], time_zone: str | None
    ) -> tuple[TableMapping, ...]:
        if "tables" not in entries:
            return ()
        bodies = self.pairs(entries["tables"][1]).values()
        tables = tuple(replace(self.table_mapping(key, body), time_zone=time_zone) for key, body in bodies)
        if not tables:
            raise self.fail(node, "a file entry needs a table under `tables`")
        if all(table.one_row_per for table in tables):
            raise self.fail(node, "every table has one_row_per, so rows would be lost; leave it off one of them")
        return tables


def _kind_read(kind: str, date_format: str) -> str:
    """Return as what a date format reads: with an offset, as a day alone, or as the column's type."""
    if kind == "timestamp" and any(code in date_format for code in ("%z", "%Z")):
        return "timestamptz"
    has_time = any(code in date_format for code in ("%H", "%-H", "%I", "%-I", "%c", "%X", "%T", "%R"))
    return kind if has_time else "date"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _suggest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(sorted(known))}"


def _version(tables: tuple[TableMapping, ...], options: dict[str, str]) -> str:
    """Return a short hash of what a mapping says: corrected, it is another one, and files are landed by it anew."""
    said = [(t.table.id, sorted(t.expressions.items()), t.where, t.one_row_per) for t in tables]
    return hashlib.sha256(repr((said, sorted(options.items()))).encode()).hexdigest()[:8]


def load_mapping(path: Path, contract: Contract | None = None) -> tuple[FileMapping, ...]:
    """Read and check a mapping file.

    Raises:
        MappingError: the file cannot be read, or names something the contract does not have.
    """
    reader = _Reader(path, contract or load_contract())
    node = _composed(path)
    if node is None:
        raise MappingError(f"{path}: empty; expected `files:` with a list of patterns")
    entries = reader.pairs(node, ("files",))
    if "files" not in entries or not isinstance(entries["files"][1], yaml.SequenceNode):
        raise reader.fail(node, "expected `files:` with a list of patterns")
    return tuple(reader.file_mapping(item) for item in entries["files"][1].value)


def _composed(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise MappingError(f"{path}: no such mapping file; name one that is there") from None
    except OSError as error:
        raise MappingError(f"{path}: the mapping file cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MappingError(f"{path} line {line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise MappingError(f"{path}: not YAML in UTF-8: {error}") from None
