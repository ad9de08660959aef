"""What goes between the working database and Apache Spark, as Parquet: landed tables out, built tables back.

Spark's folder in the warehouse's home holds `landed/<schema>/<table>/`, Spark's own tables in `<schema>.db/`
and its catalog. All of it can be made anew from the working database.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.home import WarehouseHome

_LANDED = """
    select schema_name, table_name from duckdb_tables()
    where schema_name in ('raw', 'fitted') or (
        schema_name = 'landing'
        and table_name in (
            'files', 'build_requests', 'recorded_publications', 'recorded_transitions', 'recorded_assignments',
            'recorded_runs', 'recorded_checks', 'recorded_tables', 'recorded_stage_lives', 'recorded_funnel_entities'
        )
    )
    order by all
"""
# what DuckDB keeps between builds; Spark keeps nothing, so they are sent empty
_RESTED_ON = ("landing.recorded_stage_lives", "landing.recorded_funnel_entities")
_BROUGHT_BACK = (
    "marts/*",
    "dictionary/*",
    "intermediate/int_build_clocks_resolved",
    "intermediate/int_buying_samples_drawn",
    "intermediate/int_identity_map",
    "intermediate/int_risk_samples_drawn",
    "intermediate/int_score_dates_listed",
)


@contextmanager
def exchange(home: WarehouseHome) -> Iterator[None]:
    """Hand over what was landed, let Spark build, bring back what it built if it built all of it."""
    hand_over(home)
    try:
        yield
    except Exception:  # no interruption: dbt has ended by itself and told of a failure
        build_ended(home)
        raise
    build_ended(home)
    bring_back(home)


def hand_over(home: WarehouseHome) -> None:
    """Write the landed tables where Spark reads them; a table that has not changed is left as it is.

    A build that was killed may leave files that Spark's catalog does not know, and the catalog knows its tables by the
    folder's whole path: after either, what Spark has built is thrown away.
    """
    home.spark_folder.mkdir(parents=True, exist_ok=True)
    place = home.spark_folder / "place"
    if _unfinished(home).exists() or not place.exists() or place.read_text(encoding="utf-8") != str(home.spark_folder):
        _unfinished(home).touch()
        _throw_away_builds(home)
        place.write_text(str(home.spark_folder), encoding="utf-8")
    _unfinished(home).touch()
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        for schema, table in connection.execute(_LANDED).fetchall():
            _write(connection, f"{schema}.{table}", home.spark_folder / "landed" / schema / table)


def build_ended(home: WarehouseHome) -> None:
    """Note that Spark has ended by itself, well or not, so that its catalog and files agree."""
    _unfinished(home).unlink()


def bring_back(home: WarehouseHome) -> None:
    """Take what Spark has built and what is to be audited and published into the working database, all or nothing."""
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("begin")
        for schema, folder in _built_tables(home):
            connection.execute(f"create schema if not exists {schema}")
            rows = f"read_parquet('{_escaped(folder)}/*.parquet')"
            connection.execute(f"create or replace table {schema}.{folder.name} as from {rows}")
        connection.execute("commit")


def _throw_away_builds(home: WarehouseHome) -> None:
    for path in home.spark_folder.iterdir():
        if path.is_dir() and path.name != "landed":
            shutil.rmtree(path)


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
    rows = f"(from {table} limit 0)" if table in _RESTED_ON else table
    connection.execute(
        f"copy {rows} to '{_escaped(aside)}' (format parquet, compression zstd, kv_metadata {{state: '{state}'}})"
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
