"""Publication: whole releases only, whoever reads and whoever is killed."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from orchestration.home import KEPT_RELEASES, WarehouseHome
from orchestration.publishing.release import (
    Manifest,
    PublicationError,
    current_manifest,
    release_ids,
    roll_back,
    withdrawn_fingerprints,
    write_release,
)


def build(home: WarehouseHome, version: int, rows: int = 50) -> None:
    """Put two marts of one version into the working database."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create schema if not exists marts")
        for name in ("dim_left", "rpt_right"):
            connection.execute(
                f"create or replace table marts.{name} as select {version} as version, range as id from range({rows})"
            )


def manifest(version: int) -> Manifest:
    return Manifest(
        release_id=f"release-{version:05d}",
        published_at="2026-01-01T00:00:00+00:00",
        as_of="2025-12-31 00:00:00",
        known_at="2026-01-01 00:00:00",
        input_fingerprint=str(version),
        code_version="0",
        engine="duckdb",
    )


def publish(home: WarehouseHome, version: int) -> Manifest:
    build(home, version)
    return write_release(home, manifest(version), {"data_docs.html": "<p>"})


def read_versions(home: WarehouseHome) -> set[int]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        found = connection.execute("select version from dim_left union all select version from rpt_right").fetchall()
    return {version for (version,) in found}


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    return WarehouseHome(tmp_path / "warehouse")


def test_a_release_holds_the_marts_as_database_and_parquet_with_a_manifest(home: WarehouseHome) -> None:
    publish(home, 1)
    shown = current_manifest(home)
    assert shown is not None
    assert {name: table.rows_count for name, table in shown.tables.items()} == {
        "dim_left": 50,
        "rpt_right": 50,
    }
    parquet = home.published / "parquet" / "rpt_right.parquet"
    assert duckdb.sql(f"select count(*), min(version) from '{parquet}'").fetchall() == [(50, 1)]
    assert not list(home.published.glob("*.wal"))


def test_the_same_marts_give_the_same_bytes(home: WarehouseHome) -> None:
    first = publish(home, 1)
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create or replace table marts.dim_left as from marts.dim_left order by id desc")
    second = write_release(home, manifest(2), {})
    assert first.tables == second.tables


def test_a_mart_that_is_a_view_is_published_with_the_rows_it_has_then(home: WarehouseHome) -> None:
    build(home, 1)
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create view marts.rpt_runs as select id from working.marts.dim_left where id < 3")
        connection.execute("delete from marts.dim_left where id = 0")
    release = write_release(home, manifest(1), {})
    assert release.tables["rpt_runs"].rows_count == 2
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        assert connection.execute("select table_name from duckdb_tables() order by all").fetchall() == [
            ("dim_left",),
            ("rpt_right",),
            ("rpt_runs",),
        ]


def test_an_open_reader_keeps_the_version_it_opened(home: WarehouseHome) -> None:
    publish(home, 1)
    with duckdb.connect(str(home.published_database), read_only=True) as reader:
        publish(home, 2)
        assert reader.execute("select max(version) from dim_left").fetchall() == [(1,)]
    assert read_versions(home) == {2}


def test_only_the_last_few_releases_are_kept(home: WarehouseHome) -> None:
    for version in range(1, KEPT_RELEASES + 4):
        publish(home, version)
        for name in release_ids(home)[:-1]:
            os.utime(home.releases / name, (0, 0))  # readers were led away from it long ago
    publish(home, KEPT_RELEASES + 4)
    assert release_ids(home) == [f"release-{version:05d}" for version in range(5, KEPT_RELEASES + 5)]


def test_rollback_shows_the_release_before_or_the_one_named(home: WarehouseHome) -> None:
    for version in (1, 2, 3):
        publish(home, version)
    assert roll_back(home).release_id == "release-00002"
    assert read_versions(home) == {2}
    assert roll_back(home, "release-00003").release_id == "release-00003"
    assert read_versions(home) == {3}
    assert roll_back(home, "release-00001").release_id == "release-00001"
    assert set(withdrawn_fingerprints(home)) == {"2", "3"}
    publish(home, 4)
    assert len(release_ids(home)) == 4, "what was withdrawn is kept"


def test_rollback_says_when_there_is_nothing_to_go_back_to(home: WarehouseHome) -> None:
    publish(home, 1)
    with pytest.raises(PublicationError, match="no earlier release"):
        roll_back(home)
    with pytest.raises(PublicationError, match="kept are release-00001"):
        roll_back(home, "release-09999")
    assert read_versions(home) == {1}
