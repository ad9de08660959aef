"""A search through every file of a folder, unpacked and decoded, by other means than the erasure's own."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb


def found_in(folders: list[Path], identifiers: Iterable[str], other_words: Iterable[str] = ()) -> dict[str, set[str]]:
    """Return which identifiers are in which files; capitals make no difference, nor what stands around them.

    `other_words` have an identifier within them, but are something else.
    """
    sought = {value: {value.lower().encode(), json.dumps(value)[1:-1].lower().encode()} for value in identifiers}
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            contents = [_without(content.lower(), other_words) for content in contents_of(path)]
            for value, spellings in sought.items():
                if any(spelling in content for spelling in spellings for content in contents):
                    found.setdefault(value, set()).add(path.relative_to(folder).as_posix())
    return found


def _without(content: bytes, words: Iterable[str]) -> bytes:
    for word in words:
        content = content.replace(word.lower().encode(), b" ")
    return content


def contents_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file and its name, and what they mean."""
    content = path.read_bytes()
    yield path.name.encode()
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield from _cells(connection, f"read_parquet('{path}')")
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
            for (table,) in tables:
                yield from _cells(connection, table)
    if content.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            yield "\n".join(connection.iterdump()).encode()


def _cells(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[bytes]:
    described = connection.execute(f"describe from {relation}").fetchall()
    names = [f'"{name}"' for name, kind, *_ in described if kind in ("VARCHAR", "VARCHAR[]")]
    for name in names:
        ((cells,),) = connection.execute(
            f"select string_agg(distinct {name}::varchar, '\n') from {relation}"
        ).fetchall()
        yield (cells or "").encode()
