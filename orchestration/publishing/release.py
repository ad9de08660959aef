"""Releases: a fresh file of the marts, Parquet beside it, a manifest, and one link that readers follow.

A release is written aside, synced to disk and only then made visible by swapping the link, so a reader
sees the whole old release or the whole new one, and an open reader keeps what it opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import duckdb

from orchestration.home import PUBLISHED_DATABASE_NAME, WarehouseHome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEPT_RELEASES = 5
STORAGE_VERSION = "v1.0.0"  # readable by every 1.x and 2.x tool
MARTS_SCHEMA = "marts"
WITHDRAWN = "withdrawn"  # an empty file in a release that readers were led away from


class PublicationError(Exception):
    """Nothing was published; readers keep what they had."""


@dataclass(frozen=True)
class PublishedTable:
    """One table of a release."""

    rows_count: int
    parquet_sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a release is made of."""

    release_id: str
    published_at: str
    as_of: str | None
    known_at: str | None
    input_fingerprint: str
    code_version: str
    engine: str
    requested_as_of: str | None = None
    requested_known_at: str | None = None
    rule_versions: dict[str, int] = field(default_factory=dict)
    tables: dict[str, PublishedTable] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a release folder."""
        document = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        tables = {name: PublishedTable(**body) for name, body in document.pop("tables").items()}
        return cls(**document, tables=tables)

    def write(self, folder: Path) -> None:
        """Write the manifest into a release folder."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def current_manifest(home: WarehouseHome) -> Manifest | None:
    """Return the manifest of what readers see now, or None before the first publication."""
    return Manifest.read(home.published) if (home.published / "manifest.json").exists() else None


def release_ids(home: WarehouseHome) -> list[str]:
    """Return the kept releases, oldest first."""
    if not home.releases.exists():
        return []
    return sorted(path.name for path in home.releases.iterdir() if not path.name.startswith("."))


def withdrawn_fingerprints(home: WarehouseHome) -> dict[str, str]:
    """Return input fingerprint -> release of the kept releases that were rolled back from."""
    folders = [home.releases / name for name in release_ids(home)]
    manifests = [Manifest.read(folder) for folder in folders if (folder / WITHDRAWN).exists()]
    return {manifest.input_fingerprint: manifest.release_id for manifest in manifests}


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the mart tables in the working database."""
    found = connection.execute(
        "select table_name from duckdb_tables() where schema_name = $1 and not internal order by 1",
        [MARTS_SCHEMA],
    ).fetchall()
    return [name for (name,) in found]


def write_release(home: WarehouseHome, manifest: Manifest, pages: dict[str, str]) -> Manifest:
    """Write a release and let readers see it.

    Args:
        home: the warehouse.
        manifest: everything but the tables, which are filled in here.
        pages: further text files of the release, by their path within it.

    Raises:
        PublicationError: the release could not be written whole.
    """
    aside = home.releases / f".{manifest.release_id}"
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "parquet").mkdir(parents=True)
    tables = _write_tables(home, aside)
    complete = Manifest(**{**vars(manifest), "tables": tables})
    complete.write(aside)
    for name, text in pages.items():
        (aside / name).write_text(text, encoding="utf-8")
    sync(aside)
    aside.rename(home.releases / manifest.release_id)
    _sync_folder(home.releases)
    show_release(home, manifest.release_id)
    _prune(home)
    return complete


def _write_tables(home: WarehouseHome, aside: Path) -> dict[str, PublishedTable]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_escaped(home.working_database)}' as working (read_only)")
        queries = {name: f"from working.{MARTS_SCHEMA}.{name}" for name in mart_names(connection)}
        return write_tables(connection, queries, aside)


def write_tables(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], aside: Path
) -> dict[str, PublishedTable]:
    """Write what each query reads as a table of the served file and as Parquet; the folder has a place for both.

    Raises:
        PublicationError: the file was not left whole.
    """
    served = aside / PUBLISHED_DATABASE_NAME
    tables: dict[str, PublishedTable] = {}
    connection.execute(f"attach '{_escaped(served)}' as served (storage_version '{STORAGE_VERSION}')")
    for name, query in queries.items():
        connection.execute(f"create table served.{name} as {query} order by all")
        parquet = aside / "parquet" / f"{name}.parquet"
        connection.execute(f"copy served.{name} to '{_escaped(parquet)}' (format parquet, compression zstd)")
        counted = connection.execute(f"select count(*) from served.{name}").fetchone()
        digest = hashlib.sha256(parquet.read_bytes()).hexdigest()
        tables[name] = PublishedTable(counted[0] if counted else 0, digest)
    connection.execute("checkpoint served")
    connection.execute("detach served")
    if served.with_name(served.name + ".wal").exists():
        raise PublicationError(f"{served} was left with a write-ahead log")
    return tables


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def sync(folder: Path) -> None:
    """Wait until a folder and all that is in it are on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def show_release(home: WarehouseHome, release_id: str) -> None:
    """Point the link that readers follow at a release, in one step.

    Raises:
        PublicationError: there is no such release.
    """
    target = home.releases / release_id
    if not (target / "manifest.json").exists():
        raise PublicationError(f"there is no release {release_id}; kept are {', '.join(release_ids(home)) or 'none'}")
    fresh = home.folder / ".published"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(home.folder))
    fresh.replace(home.published)
    _sync_folder(home.folder)


def roll_back(home: WarehouseHome, release_id: str | None = None) -> Manifest:
    """Show readers an earlier release: the one before the present one, or the one named.

    The release left behind is marked as withdrawn: the same inputs will not publish it again.

    Raises:
        PublicationError: there is none to go back to.
    """
    now = current_manifest(home)
    if release_id is None:
        earlier = [name for name in release_ids(home) if now and name < now.release_id]
        if not earlier:
            raise PublicationError("there is no earlier release to go back to")
        release_id = earlier[-1]
    show_release(home, release_id)
    (home.releases / release_id / WITHDRAWN).unlink(missing_ok=True)
    if now and now.release_id != release_id:
        (home.releases / now.release_id / WITHDRAWN).touch()
    return Manifest.read(home.releases / release_id)


def _prune(home: WarehouseHome) -> None:
    shown = home.published.resolve().name
    for name in release_ids(home)[:-KEPT_RELEASES]:
        if name != shown:
            shutil.rmtree(home.releases / name)
    for path in home.releases.glob(".*"):  # left behind by a run that was killed
        shutil.rmtree(path)
