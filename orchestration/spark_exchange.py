"""What goes between the working database and Apache Spark, as Parquet: landed tables out, built tables back.

Spark's folder in the warehouse's home holds `landed/<schema>/<table>/`, Spark's own tables in `<schema>.db/`
and its catalog. All of it can be made anew from the working database.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.home import WarehouseHome

_LANDED = """
    select schema_name, table_name from duckdb_tables()
    where schema_name = 'raw' or (schema_name = 'landing' and table_name in ('files', 'build_requests'))
    order by all
"""
_BROUGHT_BACK = ("marts/*", "dictionary/*", "intermediate/int_build_clocks_resolved")


def hand_over(home: WarehouseHome) -> None:
    """Write the landed tables where Spark reads them; a table that has not changed is left as it is.

    A build that was killed may leave files that Spark's catalog does not know; then all is made anew.
    """
    if _unfinished(home).exists():
        shutil.rmtree(home.spark_folder)
    home.spark_folder.mkdir(parents=True, exist_ok=True)
    _unfinished(home).touch()
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        for schema, table in connection.execute(_LANDED).fetchall():
            _write(connection, f"{schema}.{table}", home.spark_folder / "landed" / schema / table)


def bring_back(home: WarehouseHome) -> None:
    """Take what Spark has built and what is to be audited and published into the working database, all or nothing."""
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("begin")
        for schema, folder in _built_tables(home):
            connection.execute(f"create schema if not exists {schema}")
            rows = f"read_parquet('{_escaped(folder)}/*.parquet')"
            connection.execute(f"create or replace table {schema}.{folder.name} as from {rows}")
        connection.execute("commit")
    _unfinished(home).unlink()


def _unfinished(home: WarehouseHome) -> Path:
    return home.spark_folder / "unfinished"


def _built_tables(home: WarehouseHome) -> Iterator[tuple[str, Path]]:
    for pattern in _BROUGHT_BACK:
        schema, _, tables = pattern.partition("/")
        for folder in sorted((home.spark_folder / f"{schema}.db").glob(tables)):
            yield schema, folder


def _write(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    target = folder / "rows.parquet"
    state = _state(connection, table)
    if target.exists() and _written_state(connection, target) == state:
        return
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / ".rows.parquet"
    connection.execute(
        f"copy {table} to '{_escaped(aside)}' (format parquet, compression zstd, kv_metadata {{state: '{state}'}})"
    )
    aside.replace(target)


def _state(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return a text that changes with a landed table: rows come and go in whole loads and are never altered."""
    columns = [name for (name, *_) in connection.execute(f"describe {table}").fetchall()]
    newest = "_loaded_at" if "_loaded_at" in columns else "now()"  # landing's own tables are small: always written
    row = connection.execute(f"select count(*) || ' rows, newest ' || max({newest}) from {table}").fetchone()
    return f"{len(columns)} columns, {row[0] if row else None}"


def _written_state(connection: duckdb.DuckDBPyConnection, target: Path) -> str:
    row = connection.execute(
        "select decode(value) from parquet_kv_metadata($1) where decode(key) = 'state'", [str(target)]
    ).fetchone()
    return str(row[0]) if row else ""


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
