"""A row of the contract without the persons who were erased: which cells change, and into what.

The tags of the contract say which columns to look at. A value is recognised by its hash, so the same code serves the
rows of raw, the rows of a file, and rows that are sent again years later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.contract import Column, Table, load_contract
from orchestration.landing.relations import SEPARATOR, told_apart
from orchestration.privacy.masks import is_well_formed, mask, normal_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

ADDRESS_KINDS = ("email", "phone")
_RECOGNISED = "create or replace temp table recognised (kind varchar, value varchar, stand_in varchar)"


@dataclass(frozen=True)
class Slot:
    """A column that may hold the id or the address of a person.

    Attributes:
        column: the column's name.
        kind: what it holds, one of the contract's kinds of records, or `email` or `phone`.
        is_own: whether it makes the row the person's own, not another's who mentions it.
        field: where the row tells of a change, the field that must have changed; else None.
    """

    column: str
    kind: str
    is_own: bool
    field: str | None = None

    @property
    def condition(self) -> str:
        """The SQL of when the column holds what the slot says."""
        return f"records.field = '{self.field}'" if self.field else "true"


def slots_of(table: Table) -> list[Slot]:
    """Return where a table may name a person."""
    return [slot for column in table.columns for slot in _slots_of_column(table, column)]


def _slots_of_column(table: Table, column: Column) -> Iterator[Slot]:
    for other in _columns_told_of(table, column):
        for slot in _slots_of_column(table, other):
            yield Slot(column.name, slot.kind, is_own=False, field=other.name)
    own = (column.whose, column.personal if column.personal in ADDRESS_KINDS else None)
    yield from (Slot(column.name, kind, is_own=True) for kind in own if kind)
    yield from (Slot(column.name, kind, is_own=False) for kind in column.mentions)


def _columns_told_of(table: Table, column: Column) -> tuple[Column, ...]:
    """Return the columns of the other table whose changes a history's column may tell."""
    return load_contract().tables[f"{table.source}.{column.field_of}"].columns if column.field_of else ()


def is_own_row(table: Table, *, of_kinds: tuple[str, ...] | None = None) -> str:
    """Return the SQL of whether a row of `records` is that of somebody in the table `recognised`."""
    own = [slot for slot in slots_of(table) if slot.is_own and (of_kinds is None or slot.kind in of_kinds)]
    return " or ".join(map(_is_recognised, own)) or "false"


def is_touched(table: Table) -> str:
    """Return the SQL of whether a row holds anything of a person; a ticket's id is nothing, the text about it is."""
    has_text = any(column.personal == "text" for column in table.columns)
    telling = [slot for slot in slots_of(table) if has_text or slot.kind != "ticket"]
    return " or ".join(map(_is_recognised, telling)) or "false"


def _is_recognised(slot: Slot) -> str:
    found = f"(select value from recognised where kind = '{slot.kind}')"
    return f'coalesce({slot.condition} and records."{slot.column}" in {found}, false)'


def quarantined(table: Table, place: str = "landing.quarantine") -> str:
    """Return the SQL of the rows of a table that were put aside, as far as they can be read, with their `number`."""
    values = {name: f"nullif(row_text ->> '$.{name}', '')" for name in table.column_names}
    landed = told_apart(table, f"coalesce(source_relation || '{SEPARATOR}', '')", values)
    fields = ", ".join(f'{value} as "{name}"' for name, value in landed.items())
    return f"""(
        select rowid as number, {fields} from {place}
        where mapping_name = coalesce(source_relation || '/', '') || '{table.id}' and json_valid(row_text)
    )"""


def recognise(connection: duckdb.DuckDBPyConnection, salt: str, relation: str, table: Table) -> bool:
    """Fill the table `recognised` with what a relation holds of erased persons; return whether there is anything.

    Args:
        connection: it has the table `landing.erased_values`.
        salt: the warehouse's salt.
        relation: rows with the columns of the contract's table.
        table: the contract's table.
    """
    connection.execute(_RECOGNISED)
    for slot in slots_of(table):
        connection.execute(
            f"""
            insert into recognised
            select distinct $kind, found.value, {_stand_in(slot.kind)}
            from (
                select distinct records."{slot.column}" as value from {relation} as records where {slot.condition}
            ) as found
            inner join landing.erased_values as erased
                on erased.kind = $kind and erased.value_hash = {value_hash("found.value", slot.kind)}
            where not exists (select 1 from recognised as r where r.kind = $kind and r.value = found.value)
            """,
            {"kind": slot.kind, "salt": salt},
        )
    return connection.execute("select count(*) from recognised").fetchone() != (0,)


def value_hash(column: str, kind: str) -> str:
    """Return the SQL of what is kept of an erased value; it takes the parameter `salt`."""
    return f"sha256($salt || '|{kind}|' || {normal_form(kind, column)})"


def _stand_in(kind: str) -> str:
    """Return the SQL of what stands in; what was no address before is none afterwards."""
    if kind in ADDRESS_KINDS:
        well_formed = is_well_formed(kind, "found.value")
        return f"case when {well_formed} then erased.stand_in else 'erased ' || erased.stand_in end"
    return "coalesce(erased.stand_in, found.value)"


def rewritten_columns(table: Table, otherwise: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the SQL of each column that may change, over `records` and `recognised`; `_extra` is among them.

    Args:
        table: the contract's table.
        otherwise: the SQL of the cells that do not; as they are when None.
    """
    own = is_own_row(table)
    changes = {column.name: list(_changes(table, column, own)) for column in table.columns} | {
        "_extra": [(own, "null")]
    }
    kept = {name: f'records."{name}"' for name in changes} | dict(otherwise or {})
    return {
        name: f"case {' '.join(f'when {when} then {then}' for when, then in cases)} else {kept[name]} end"
        for name, cases in changes.items()
        if cases
    }


def _changes(table: Table, column: Column, own: str) -> Iterator[tuple[str, str]]:
    """Yield when a cell changes, and into what."""
    name = f'records."{column.name}"'
    for slot in _slots_of_column(table, column):
        found = f"(select stand_in from recognised where kind = '{slot.kind}' and value = {name})"
        yield _is_recognised(slot), found
    if column.personal == "phone":
        yield f"({own}) and {normal_form('phone', name)} is null", "null"  # words in place of a number
    yield from ((f"({own})", left) for left in _attributes(column, name))
    for other in _columns_told_of(table, column):
        yield from ((f"records.field = '{other.name}' and ({own})", left) for left in _attributes(other, name))


def _attributes(column: Column, name: str) -> Iterator[str]:
    if column.personal and column.personal not in ADDRESS_KINDS:
        yield _attribute(column.personal, name)


def _attribute(kind: str, name: str) -> str:
    """Return the SQL of what is left of a name, a year of birth or a text: what the models judge it by, no more."""
    if kind == "birth_year":
        return _coarse_year(name)
    if kind == "text":
        return "null"
    plausible = mask("has_plausible_name")(name, of_firm=kind == "firm_name")
    return f"case when trim({name}) != '' then case when {plausible} then 'erased' else '@erased' end else {name} end"


def _coarse_year(name: str) -> str:
    """Return the first year of the same half decade that is as plausible as the true one."""
    year, created = f"try_cast({name} as bigint)", mask("read_timestamp")('records."created_at"')

    def plausible(of: str) -> str:
        return f"coalesce(year({created}) - {of} between 10 and 110, false)"

    years = f"range({year} // 5 * 5, {year} // 5 * 5 + 5)"
    return f"list_filter({years}, lambda y: {plausible('y')} = {plausible(year)})[1]::varchar"
