"""Claims about single columns, which hold for every table: header, types, keys, values, references.

What each column promises comes from `seeds`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import Finding, use_one_of
from orchestration.dictionary.seeds import SEEDS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.seeds import Seed
    from orchestration.dictionary.tables import Dictionary, Row, Table

INTEGER = re.compile(r"-?\d{1,9}")  # nine digits fit 32 bits whatever they are
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
DECIMAL = re.compile(r"-?\d{1,14}(\.\d{1,4})?")
BOOLEAN = re.compile(r"true|false")
STRING = re.compile(r".*", re.DOTALL)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _is_date(text: str) -> bool:
    """Return whether a text is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return DAY.fullmatch(text) is not None


# type: what its text looks like, what to write. Narrower than either engine reads, so that both read the same.
TYPES = {
    "string": (STRING.fullmatch, ""),
    "integer": (INTEGER.fullmatch, "a whole number of at most nine digits, such as 90"),
    "double": (NUMBER.fullmatch, "a number with a point, such as 0.5"),
    "decimal(18, 4)": (DECIMAL.fullmatch, "a number of at most four decimal places, such as 12.50"),
    "boolean": (BOOLEAN.fullmatch, "true or false"),
    "date": (_is_date, "a day, such as 2026-03-01"),
}


def tables_match_their_description(dictionary: Dictionary) -> Iterator[Finding]:
    """A table without description has no types, and one without file leaves models without input."""
    described, found = dictionary.seeds, dictionary.tables
    for name in sorted(described.keys() - found.keys()):
        path = dictionary.folder / f"{name}.csv"
        yield Finding(path, None, None, "the file is missing", f"restore it, or remove '{name}' from {SEEDS_FILE}")
    for name in sorted(found.keys() - described.keys()):
        remedy = f"describe it there with column_types, a key and columns, or remove the file {name}.csv"
        yield Finding(found[name].path, None, None, f"{SEEDS_FILE} does not describe this table", remedy)


def lines_are_read(dictionary: Dictionary) -> Iterator[Finding]:
    """A line with a cell too many or too few would shift its values into other columns."""
    for table in dictionary.tables.values():
        yield from table.unread


def headers_are_as_described(dictionary: Dictionary) -> Iterator[Finding]:
    """A column that is missing or misspelt would be loaded as nothing, or not at all."""
    for seed, table in dictionary.described_tables():
        yield from _header_findings(seed, table)


def _header_findings(seed: Seed, table: Table) -> Iterator[Finding]:
    names = [column.name for column in seed.columns]
    for name in table.header:
        if name not in names:
            yield Finding(table.path, 1, name, "the table has no such column", use_one_of(names, name))
        elif table.header.count(name) > 1:
            yield Finding(table.path, 1, name, "the column is there twice", "remove one of the two")
    for name in names:
        if name not in table.header:
            yield Finding(table.path, 1, name, "the column is missing", f"add it; the columns are {', '.join(names)}")


def types_are_known(dictionary: Dictionary) -> Iterator[Finding]:
    """A type without a pattern could not be checked."""
    for seed in dictionary.seeds.values():
        for column in seed.columns:
            if column.type not in TYPES:
                problem = f"the type '{column.type}' of {seed.name} is unknown"
                yield Finding(dictionary.folder / SEEDS_FILE, None, column.name, problem, use_one_of(TYPES))


def cells_fit_their_types(dictionary: Dictionary) -> Iterator[Finding]:
    """The engines read numbers and booleans with different leniency."""
    for row, column in dictionary.described_cells():
        fits, example = TYPES[column.type]
        text = row[column.name]
        if text and not fits(text):
            yield row.finding(column.name, f"'{text}' is no {column.type}", f"write {example}")


def texts_have_no_blanks_around(dictionary: Dictionary) -> Iterator[Finding]:
    """A code with a blank before or after it is another code."""
    for row, column in dictionary.described_cells():
        text = row[column.name]
        if text != text.strip():
            yield row.finding(column.name, f"'{text}' begins or ends with a blank", f"write '{text.strip()}'")


def promised_cells_are_filled(dictionary: Dictionary) -> Iterator[Finding]:
    """Owner, task and definition among them: a stage that nobody answers for is not one."""
    for seed, table in dictionary.described_tables():
        key_columns = {name for key in seed.keys for name in key}
        promised = [c.name for c in seed.columns if c.is_never_empty or c.name in key_columns]
        for row in table.rows:
            for name in promised:
                if not row[name]:
                    yield row.finding(name, "the cell is empty", "fill it in")


def keys_are_unique(dictionary: Dictionary) -> Iterator[Finding]:
    """Two rows of one key would double whatever joins them."""
    for seed, table in dictionary.described_tables():
        for key in seed.keys:
            yield from _repeated(table.rows, key)


def _repeated(rows: tuple[Row, ...], key: tuple[str, ...]) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        value = tuple(row[name] for name in key)
        earlier = first.setdefault(value, row)
        if earlier is not row and all(value):
            named = " and ".join(f"{name} '{row[name]}'" for name in key)
            yield row.finding(key[-1], f"{named} is taken by line {earlier.line}", "remove one, or change one")


def values_are_accepted(dictionary: Dictionary) -> Iterator[Finding]:
    """A value that no model expects is passed over without a word."""
    for row, column in dictionary.described_cells():
        text = row[column.name]
        if text and column.values and text not in column.values:
            yield row.finding(column.name, f"there is no {column.name} '{text}'", use_one_of(column.values, text))


def references_lead_somewhere(dictionary: Dictionary) -> Iterator[Finding]:
    """A row of an unknown lifecycle or funnel would belong to nothing."""
    for row, column in dictionary.described_cells():
        if column.points_to is None or column.points_to[0] not in dictionary.tables:
            continue
        table, target = column.points_to
        known = [other[target] for other in dictionary.rows(table)]
        text = row[column.name]
        if text and text not in known:
            yield row.finding(column.name, f"{table} has no {target} '{text}'", use_one_of(known, text))
