"""Kept releases without the person, each written anew beside the old one under an id that says so."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import duckdb

from orchestration.home import PUBLISHED_DATABASE_NAME
from orchestration.privacy.databases import Copier, escaped, literal
from orchestration.publishing.release import WITHDRAWN, Manifest, show_release, sync, write_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestration.home import WarehouseHome
    from orchestration.privacy.plan import Plan

_TABLES = """
    select table_name, list(column_name order by column_index) from duckdb_columns()
    where database_name = 'old' and schema_name = 'main' group by table_name order by table_name
"""
_ERASED_SUFFIX = re.compile(r"-e(\d+)$")


def id_after(release_id: str) -> str:
    """Return the id that a release bears after one more erasure; it sorts where the old one did."""
    before = _ERASED_SUFFIX.search(release_id)
    return f"{_ERASED_SUFFIX.sub('', release_id)}-e{int(before[1]) + 1 if before else 1}"


class ReleaseRewriter:
    """Writes releases without a person."""

    def __init__(self, home: WarehouseHome, plan: Plan) -> None:
        """Keep what to replace."""
        self.home = home
        self.plan = plan
        self.redactor = plan.redactor()

    def rewrite(self, old_id: str, new_id: str) -> None:
        """Put a release without the person in a release's place; whoever reads the old one may go on."""
        releases = self.home.releases
        if not (releases / old_id).exists():
            return
        if not (releases / new_id).exists():
            self._write(releases / old_id, releases / f".{new_id}", new_id)
            (releases / f".{new_id}").rename(releases / new_id)
            sync(releases / new_id)
        if self.home.published.resolve().name == old_id:
            show_release(self.home, new_id)
        shutil.rmtree(releases / old_id)

    def _write(self, old: Path, aside: Path, new_id: str) -> None:
        shutil.rmtree(aside, ignore_errors=True)
        (aside / "parquet").mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{escaped(old / PUBLISHED_DATABASE_NAME)}' as old (read_only)")
            found = connection.execute(_TABLES).fetchall()
            cells = {**self._keys(connection, found), **self.plan.cells}
            copier = Copier(connection, self.redactor, cells, self.plan.record_stand_ins)
            tables = write_tables(connection, dict(_queries(copier, [name for name, _ in found])), aside)
        manifest = Manifest.read(old)
        fingerprint = self.plan.cells.get(manifest.input_fingerprint, manifest.input_fingerprint)
        changed = {"release_id": new_id, "tables": tables, "input_fingerprint": fingerprint}
        Manifest(**{**vars(manifest), **changed}).write(aside)
        for page in old.glob("*.html"):
            text = self.redactor.redact(page.read_text(encoding="utf-8"))
            (aside / page.name).write_text(text, encoding="utf-8")
        if (old / WITHDRAWN).exists():
            (aside / WITHDRAWN).touch()
        sync(aside)

    def _keys(self, connection: duckdb.DuckDBPyConnection, tables: list[tuple[str, list[str]]]) -> dict[str, str]:
        """Return the keys that only the person's rows have, being made of its ids, and what stands in for them.

        The customer's own ids are not among them: what stands in for these is known.
        """
        customers = ", ".join(map(literal, ["", *self.plan.customers]))
        own, keys = f"customer_id in ({customers})", set[str]()
        for table, columns in tables:
            for column in columns if "customer_id" in columns else ():
                rows = connection.execute(f"""
                    select distinct "{column}"::varchar from old.{table}
                    where {own} and regexp_full_match("{column}"::varchar, '[0-9a-f]{{32}}') and "{column}" not in (
                        select "{column}" from old.{table} where not coalesce({own}, false) and "{column}" is not null
                    )
                """).fetchall()
                keys |= {key for (key,) in rows}
        hashed = connection.execute(
            "select key, md5($1 || key) from (select unnest($2) as key)",
            [self.plan.secret, sorted(keys - set(self.plan.customers))],
        )
        return dict(hashed.fetchall())


def _queries(copier: Copier, tables: list[str]) -> Iterator[tuple[str, str]]:
    for name in tables:
        listed = ", ".join(f'{sql} as "{column}"' for column, sql in copier.columns("main", name).items())
        yield name, f"select {listed} from old.{name}"
