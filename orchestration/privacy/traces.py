"""Traces of a person in what runs leave: logs, Dagster's history, dbt's results. And the search for any, anywhere."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import zlib
from typing import TYPE_CHECKING

import duckdb

from orchestration.privacy.databases import escaped, literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.privacy.redaction import Redactor

_SQLITE = b"SQLite format 3\0"
_READ_OTHERWISE = {".duckdb", ".parquet"}


def redact_files(folder: Path, redactor: Redactor, but: set[Path]) -> int:
    """Write each text file and SQLite database that tells of the person anew, `but` some; return how many.

    A file that is neither, such as dbt's cache, is removed: what is left of these can all be made anew.
    """
    changed = 0
    for path in _files(folder):
        if path in but or path.suffix in _READ_OTHERWISE or path.name.endswith(("-wal", "-shm")):
            continue
        if redactor.is_in(path.read_bytes()) or redactor.is_in(_write_ahead_log(path)):
            _redact_file(path, redactor)
            changed += 1
    return changed


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _write_ahead_log(path: Path) -> bytes:
    log = path.with_name(f"{path.name}-wal")
    return log.read_bytes() if log.exists() else b""


def _redact_file(path: Path, redactor: Redactor) -> None:
    content = path.read_bytes()
    if content.startswith(_SQLITE):
        _redact_sqlite(path, redactor)
        return
    try:
        text = redactor.redact(content.decode("utf-8"))
    except UnicodeDecodeError:
        path.unlink()
        return
    aside = path.with_name(f".{path.name}.erased")
    aside.write_bytes(text.encode("utf-8"))
    shutil.copymode(path, aside)
    descriptor = os.open(aside, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    aside.replace(path)


def _redact_sqlite(path: Path, redactor: Redactor) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.create_function("redact", 1, redactor.redact, deterministic=True)
        connection.create_function("tells", 1, lambda cell: redactor.is_in(cell.encode()), deterministic=True)
        connection.execute("pragma secure_delete = on")
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for _, column, *_ in connection.execute(f'pragma table_info("{table}")').fetchall():
                is_text = f"typeof(\"{column}\") = 'text'"
                connection.execute(
                    f'update "{table}" set "{column}" = redact("{column}") where {is_text} and tells("{column}")'
                )
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")


def find_values(folder: Path, redactor: Redactor) -> dict[Path, int]:
    """Search every file of a folder, unpacked where it is packed; return how often each has a value of the person."""
    counts = {path: _count(path, redactor) for path in _files(folder)}
    return {path: count for path, count in counts.items() if count}


def _count(path: Path, redactor: Redactor) -> int:
    if path.suffix == ".duckdb":
        return _count_in_database(path, redactor)
    if path.suffix == ".parquet":
        return _count_in_parquet(path, redactor)
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        with contextlib.suppress(OSError, EOFError, zlib.error):
            content = gzip.decompress(content)
    return redactor.count(content) if redactor.is_in(content) else 0


def _count_in_database(path: Path, redactor: Redactor) -> int:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{escaped(path)}' as found (read_only)")
        columns = connection.execute(
            """
            select schema_name || '.' || table_name, list(column_name)
            from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name)
            where database_name = 'found' and data_type in ('VARCHAR', 'VARCHAR[]') and estimated_size > 0 group by all
            """
        ).fetchall()
        return sum(_matches(connection, f"found.{table}", names, redactor) for table, names in columns)


def _count_in_parquet(path: Path, redactor: Redactor) -> int:
    with duckdb.connect() as connection:
        relation = f"read_parquet({literal(str(path))})"
        try:
            described = connection.execute(f"describe from {relation}").fetchall()
        except duckdb.Error:
            return redactor.count(path.read_bytes())  # not Parquet, whatever its name says
        return _matches(connection, relation, [name for name, *_ in described], redactor)


def _matches(connection: duckdb.DuckDBPyConnection, relation: str, names: list[str], redactor: Redactor) -> int:
    found = " + ".join(f'count(*) filter (regexp_matches("{name}"::varchar, $1))' for name in names)
    row = connection.execute(f"select {found} from {relation}", [redactor.sql_pattern]).fetchone()
    return int(row[0]) if row else 0
