"""DuckDB files without the person. What was deleted stays readable in the old file, so fresh files are written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from expectations.contract import Table, load_contract
from orchestration.landing.ledger import prepare_tables
from orchestration.privacy.tagged import is_own_row, is_touched, quarantined, recognise, rewritten_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from orchestration.privacy.plan import Plan, PlannedFile
    from orchestration.privacy.redaction import Redactor

KEPT_SCHEMAS = ("audit", "dictionary", "fitted", "landing")
IDENTITY = ("intermediate", "int_identity_map")
ERASED_ROW = "[erased]"
_RECORD_COLUMNS = {"source_record_id": "source_table", "evidence_record_id": "evidence_source"}


def escaped(path: Path) -> str:
    """Return a path for a text of SQL."""
    return str(path).replace("'", "''")


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def beside(old: Path, fresh: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the old working database, read only, as `old` and a fresh one as `fresh`, which is whole in the end."""
    fresh.unlink(missing_ok=True)
    with duckdb.connect(str(fresh)) as connection:
        prepare_tables(connection, load_contract())
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{escaped(old)}' as old (read_only)")
        connection.execute(f"attach '{escaped(fresh)}' as fresh")
        connection.execute("use fresh")
        yield connection
        connection.execute("checkpoint fresh")
        connection.execute("use memory")
        connection.execute("detach fresh")


class Copier:
    """Copies tables from `old` to `fresh` without the person's values, wherever in a cell they stand."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        redactor: Redactor,
        cells: Mapping[str, str],
        records: Mapping[tuple[str, str], str],
    ) -> None:
        """Keep what to replace.

        Args:
            connection: it has both files.
            redactor: finds values within cells.
            cells: whole cells and what they become.
            records: kind and id of the person's records and their stand-ins, for columns beside which the kind stands.
        """
        self.connection = connection
        self.redactor = redactor
        self.records = records
        connection.execute("create or replace temp table cells (old varchar, new varchar)")
        connection.executemany("insert into cells values ($1, $2)", [["", ""], *map(list, cells.items())])

    def tables(self, *schemas: str) -> list[tuple[str, str]]:
        """Return schema and name of the old tables that have rows."""
        return self.connection.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = 'old' and list_contains($1, schema_name) and estimated_size > 0 order by all
            """,
            [list(schemas)],
        ).fetchall()

    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Return the SQL that reads each column of an old table."""
        types = dict(
            self.connection.execute(
                """
                select column_name, data_type from duckdb_columns()
                where database_name = 'old' and schema_name = $1 and table_name = $2 order by column_index
                """,
                [schema, table],
            ).fetchall()
        )
        relation, read = f"old.{schema}.{table}", {name: f'"{name}"' for name in types}
        for name in self._columns_with_any(relation, [name for name, kind in types.items() if kind == "VARCHAR"]):
            read[name] = f'coalesce((select new from cells where old = "{name}"), "{name}")'
        for name in (name for name, kind in types.items() if kind == "VARCHAR[]"):
            if self._columns_with_any(f'(select unnest("{name}") as cell from {relation})', ["cell"]):
                read[name] = self._list(name)
        for name in types:
            if _RECORD_COLUMNS.get(name) in types:
                read[name] = self._record(name, read[name])
        return read

    def _columns_with_any(self, relation: str, names: list[str]) -> set[str]:
        """Return the columns in which the person stands; what is found within cells joins the cells to replace."""
        if not names:
            return set()
        listed = ", ".join(f'"{name}"' for name in names)
        found = self.connection.execute(
            f"""
            select distinct name, cell, cell in (select old from cells)
            from (unpivot (select {listed} from {relation}) on {listed} into name name value cell)
            where regexp_matches(cell, $1) or cell in (select old from cells)
            """,
            [self.redactor.sql_pattern],
        ).fetchall()
        fresh = {old: self.redactor.redact(old) for _, old, is_known in found if not is_known}
        if fresh:
            self.connection.executemany("insert into cells values ($1, $2)", list(map(list, fresh.items())))
        return {name for name, _, _ in found}

    def _list(self, name: str) -> str:
        known = self.connection.execute("select old, new from cells where old != ''").fetchall()
        cases = " ".join(f"when {literal(old)} then {literal(new)}" for old, new in known)
        return f'list_transform("{name}", lambda cell: case cell {cases} else cell end)'

    def _record(self, name: str, otherwise: str) -> str:
        cases = " ".join(
            f'when "{_RECORD_COLUMNS[name]}" = {literal(table)} and "{name}" = {literal(old)} then {literal(new)}'
            for table, kind in record_tables()
            for (of, old), new in self.records.items()
            if of == kind
        )
        return f"case {cases} else {otherwise} end" if cases else otherwise

    def copy(self, schema: str, table: str, changed: Mapping[str, str] | None = None, order: str = "") -> None:
        """Write a table, which is made of what is read where it is not there yet; `changed` reads some columns anew."""
        there = self.connection.execute(
            "select 1 from duckdb_tables() where database_name = 'fresh' and schema_name = $1 and table_name = $2",
            [schema, table],
        ).fetchone()
        read = {**self.columns(schema, table), **(changed or {})}
        listed = ", ".join(f'{sql} as "{name}"' for name, sql in read.items())
        how = f"insert into fresh.{schema}.{table} by name" if there else f"create table fresh.{schema}.{table} as"
        self.connection.execute(f"{how} select {listed} from old.{schema}.{table} as records {order}")


def record_tables() -> Iterable[tuple[str, str]]:
    """Yield the contract's tables whose records are a person's, and the kind of their ids."""
    for table in load_contract().tables.values():
        whose = next(column.whose for column in table.columns if column.name == table.key[0])
        if whose and whose != "ticket":
            yield table.name, whose


def copy_working(copier: Copier, salt: str, plan: Plan) -> int:
    """Write all that cannot be made anew, and the tombstone; return how many rows of raw are changed.

    What the models build is left out but for whose record is whose: the next build makes it of the erased rows.
    The files with such rows are in the table `touched_files` afterwards.
    """
    connection = copier.connection
    connection.execute("create or replace temp table touched_files (source_file varchar, content_hash varchar)")
    for schema, table in [*copier.tables(*KEPT_SCHEMAS), IDENTITY]:
        connection.execute(f"create schema if not exists fresh.{schema}")
        if (schema, table) != ("landing", "quarantine"):
            copier.copy(schema, table)
    rows = [[plan.erasure_id, *row] for row in plan.tombstone]
    connection.executemany("insert into fresh.landing.erased_values values ($1, $2, $3, $4)", rows)
    promised = {table.raw_name: table for table in load_contract().tables.values()}
    changed_count = 0
    for _, name in copier.tables("raw"):
        if name in promised:
            changed_count += _copy_raw(copier, salt, promised[name])
        else:
            copier.copy("raw", name)
    _copy_quarantine(copier, salt, plan)
    return changed_count


def name_anew(connection: duckdb.DuckDBPyConnection, file: PlannedFile) -> None:
    """Give the rows of one file its new hash, and no rows of another that had the same bytes."""
    which = "content_hash = $2 and mapping_name = $3"
    values = [file.new_hash, file.old_hash, file.mapping_name]
    loads = f"(select loaded_at from landing.files where {which})"
    for table in load_contract().tables.values():
        change = f"update raw.{table.raw_name} set _content_hash = $1"
        connection.execute(f"{change} where _content_hash = $2 and _loaded_at in {loads}", values)
    for ledger in ("landing.quarantine", "landing.files"):
        connection.execute(f"update {ledger} set content_hash = $1 where {which}", values)


def _copy_raw(copier: Copier, salt: str, table: Table) -> int:
    connection, place = copier.connection, f"old.raw.{table.raw_name}"
    read = copier.columns("raw", table.raw_name)
    missing = "".join(f', null::varchar as "{name}"' for name in table.column_names if name not in read)
    if not recognise(connection, salt, f"(select *{missing} from {place})", table):
        copier.copy("raw", table.raw_name)
        return 0
    changed = {name: sql for name, sql in rewritten_columns(table, read).items() if name in read}
    copier.copy("raw", table.raw_name, changed)
    touched = f"select _source_file, _content_hash from {place} as records where {is_touched(table)}"
    counted = connection.execute(f"insert into touched_files {touched}").fetchone()
    return int(counted[0]) if counted else 0


def _copy_quarantine(copier: Copier, salt: str, plan: Plan) -> None:
    """Write the quarantine; of a row that tells of the person only its place and the reasons are left."""
    connection, place = copier.connection, "old.landing.quarantine"
    connection.execute("create or replace temp table own_rows (number bigint)")
    told = f"insert into own_rows select rowid from {place} where regexp_matches(row_text, $1)"
    connection.execute(told, [copier.redactor.sql_pattern])
    for relation in plan.relations:
        if within := plan.redactor_within(relation):
            connection.execute(f"{told} and source_relation = $2", [within.sql_pattern, relation])
    names = connection.execute(f"select distinct mapping_name from {place}").fetchall()
    mappings = {name.rpartition("/")[2] for (name,) in names}
    for table in (table for table in load_contract().tables.values() if table.id in mappings):
        relation = quarantined(table, place)
        if recognise(connection, salt, relation, table):
            own = f"select number from {relation} as records where {is_own_row(table)}"
            connection.execute(f"insert into own_rows {own}")
    kept = f"case when rowid in (select number from own_rows) then '{ERASED_ROW}' else row_text end"
    copier.copy("landing", "quarantine", {"row_text": kept}, "order by rowid")
