"""Releases: a fresh file of the marts, Parquet beside it, a manifest, and one link that readers follow.

A release is written aside, synced to disk and only then made visible by swapping the link, so a reader
sees the whole old release or the whole new one, and an open reader keeps what it opened. Every kept release that is
newer than the one shown was withdrawn; one that was not is the work of a run that was killed, and is swept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from orchestration.home import PUBLISHED_DATABASE_NAME, WarehouseHome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READING_SECONDS = 15 * 60  # who reads the files of a release one after the other may finish when a newer one is shown
STORAGE_VERSION = "v1.0.0"  # readable by every 1.x and 2.x tool
MARTS_SCHEMA = "marts"
WORKING_NAME = "working"
RELEASE_INSTANT = "%Y%m%dT%H%M%S%f"
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
    return sorted(path.parent.name for path in home.releases.glob("[!.]*/manifest.json"))


def next_release_instant(home: WarehouseHome) -> datetime:
    """Return the present instant, UTC, but later than that of every kept release: their ids tell their order."""
    now = datetime.now(UTC)
    for name in release_ids(home)[-1:]:
        newest = datetime.strptime(name.partition("-")[0], RELEASE_INSTANT).replace(tzinfo=UTC)
        now = max(now, newest + timedelta(microseconds=1))
    return now


def withdrawn_fingerprints(home: WarehouseHome) -> dict[str, str]:
    """Return input fingerprint -> release of the kept releases that were rolled back from."""
    folders = [home.releases / name for name in release_ids(home)]
    manifests = [Manifest.read(folder) for folder in folders if (folder / WITHDRAWN).exists()]
    return {manifest.input_fingerprint: manifest.release_id for manifest in manifests}


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the marts in the working database, those that are views included."""
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = $1 order by 1", [MARTS_SCHEMA]
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
    try:
        _sweep(home)
        complete = _write_aside(home, aside, manifest, pages)
        aside.rename(home.releases / manifest.release_id)
        _sync_folder(home.releases)
        show_release(home, manifest.release_id)
    except (OSError, duckdb.Error) as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise PublicationError(
            f"the release could not be written below {home.releases}: {error}. "
            "Free space there or make it writable, then run again"
        ) from error
    tidy(home)
    return complete


def _write_aside(home: WarehouseHome, aside: Path, manifest: Manifest, pages: dict[str, str]) -> Manifest:
    (aside / "parquet").mkdir(parents=True)
    complete = replace(manifest, tables=_write_tables(home, aside))
    complete.write(aside)
    for name, text in pages.items():
        (aside / name).write_text(text, encoding="utf-8")
    sync(aside)
    return complete


def _write_tables(home: WarehouseHome, aside: Path) -> dict[str, PublishedTable]:
    with duckdb.connect() as connection:
        # under the name that it has when dbt makes its views, which name their tables in full
        connection.execute(f"attach '{escaped(home.working_database)}' as {WORKING_NAME} (read_only)")
        queries = {name: f"from {WORKING_NAME}.{MARTS_SCHEMA}.{name}" for name in mart_names(connection)}
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
    connection.execute(f"attach '{escaped(served)}' as served (storage_version '{STORAGE_VERSION}')")
    for name, query in queries.items():
        connection.execute(f"create table served.{name} as {query} order by all")
        parquet = aside / "parquet" / f"{name}.parquet"
        connection.execute(f"copy served.{name} to '{escaped(parquet)}' (format parquet, compression zstd)")
        counted = connection.execute(f"select count(*) from served.{name}").fetchone()
        digest = hashlib.sha256(parquet.read_bytes()).hexdigest()
        tables[name] = PublishedTable(counted[0] if counted else 0, digest)
    connection.execute("checkpoint served")
    connection.execute("detach served")
    if served.with_name(served.name + ".wal").exists():
        raise PublicationError(f"{served} was left with a write-ahead log")
    return tables


def escaped(path: Path) -> str:
    """Return a path for a text of SQL."""
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
    target = _kept(home, release_id)
    if home.published.exists():
        os.utime(home.published)  # when readers were led away from it; see _prune
    fresh = home.folder / ".published"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(home.folder))
    fresh.replace(home.published)
    _sync_folder(home.folder)


def _kept(home: WarehouseHome, release_id: str) -> Path:
    folder = home.releases / release_id
    if not (folder / "manifest.json").exists():
        raise PublicationError(f"there is no release {release_id}; kept are {', '.join(release_ids(home)) or 'none'}")
    return folder


def roll_back(home: WarehouseHome, release_id: str | None = None) -> Manifest:
    """Show readers an earlier release: the one before the present one, or the one named.

    The release left behind and all that are newer than the one shown are marked as withdrawn: the same inputs will
    not publish them again.

    Raises:
        PublicationError: there is none to go back to.
    """
    _sweep(home)
    now = current_manifest(home)
    if release_id is None:
        earlier = [name for name in release_ids(home) if now and name < now.release_id]
        if not earlier:
            raise PublicationError("there is no earlier release to go back to")
        release_id = earlier[-1]
    chosen = _kept(home, release_id)
    left = {name for name in release_ids(home) if name > release_id} | ({now.release_id} if now else set())
    for name in left - {release_id}:
        (home.releases / name / WITHDRAWN).touch()
    show_release(home, release_id)
    (chosen / WITHDRAWN).unlink(missing_ok=True)
    return Manifest.read(chosen)


def tidy(home: WarehouseHome) -> None:
    """Remove what a killed run left, and the releases beyond the last few."""
    _sweep(home)
    _prune(home)


def _prune(home: WarehouseHome) -> None:
    """Remove all but the last few releases, unless readers may still be at one."""
    shown = home.published.resolve().name
    for name in release_ids(home)[: -home.kept_releases]:
        folder = home.releases / name
        if name != shown and time.time() - folder.stat().st_mtime > READING_SECONDS:
            _remove(folder)


def _sweep(home: WarehouseHome) -> None:
    """Remove what a killed run left: folders half-written or half-removed, a release that readers were never shown."""
    for path in home.releases.glob(".*"):
        shutil.rmtree(path, ignore_errors=True)
    now = current_manifest(home)
    for name in release_ids(home):
        if now and name > now.release_id and not (home.releases / name / WITHDRAWN).exists():
            _remove(home.releases / name)


def _remove(folder: Path) -> None:
    """Remove a release; hidden first, so that nobody takes a half-removed one for a release."""
    hidden = folder.rename(folder.with_name(f".{folder.name}"))
    shutil.rmtree(hidden, ignore_errors=True)
