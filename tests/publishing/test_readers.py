"""Whoever reads while releases are published meets no error, no mixture and no wrong total."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import duckdb
import pytest
from readers import READERS, TABLES, build, fault_of, open_each_time, read_on
from test_release import manifest

from orchestration.home import KEPT_RELEASES, WarehouseHome
from orchestration.publishing.release import release_ids, write_release


def publish(home: WarehouseHome, version: int) -> None:
    build(home, version)
    write_release(home, manifest(version), {"data_docs.html": "<p>"})


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    home = WarehouseHome(tmp_path / "warehouse")
    publish(home, 1)
    return home


@pytest.mark.parametrize("publications", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_four_readers_meet_no_fault_while_releases_are_published(home: WarehouseHome, publications: int) -> None:
    context = multiprocessing.get_context("spawn")
    is_over, results = context.Event(), context.Queue()
    arguments = [(name, str(home.folder), is_over, results) for name in READERS]
    processes = [context.Process(target=read_on, args=each) for each in arguments]
    for process in processes:
        process.start()
    for version in range(2, publications + 2):
        publish(home, version)
    is_over.set()
    outcomes = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert {name: faults for name, _, _, faults in outcomes} == {name: [] for name in READERS}
    assert sum(reads for _, reads, _, _ in outcomes) >= 1000
    for name, _, seen, _ in outcomes:
        assert len(seen) >= publications // 10, f"'{name}' ran beside too few publications: {seen}"


def parquet(folder: Path, name: str) -> str:
    return f"read_parquet('{folder}/parquet/{name}.parquet')"


def test_who_follows_the_link_once_for_each_parquet_file_may_mix_two_releases(home: WarehouseHome) -> None:
    """Why docs/operations.md says to follow it once."""
    release = home.published.resolve()
    seen = []
    for version, place in ((2, home.published), (4, release)):
        publish(home, version)
        orders = duckdb.sql(f"select distinct version from {parquet(place, 'fct_orders')}").fetchall()
        publish(home, version + 1)
        lines = duckdb.sql(f"select distinct version from {parquet(place, 'fct_order_lines')}").fetchall()
        seen.append((orders, lines))
    assert seen == [([(2,)], [(3,)]), ([(1,)], [(1,)])]


def test_a_slow_reader_of_parquet_may_finish_though_many_newer_releases_are_published(home: WarehouseHome) -> None:
    release = home.published.resolve()
    for version in range(2, KEPT_RELEASES + 5):
        publish(home, version)
    with duckdb.connect() as connection:
        assert fault_of(connection, {key: parquet(release, name) for key, name in TABLES.items()}) == (1, None)
    for name in release_ids(home)[:-1]:
        os.utime(home.releases / name, (0, 0))  # readers were led away from it long ago
    publish(home, 99)
    assert len(release_ids(home)) == KEPT_RELEASES
    assert not release.exists()


def test_a_new_connection_sees_the_new_release_beside_one_of_the_same_process_that_keeps_the_old(
    home: WarehouseHome,
) -> None:
    with duckdb.connect(str(home.published_database), read_only=True) as kept:
        publish(home, 2)
        assert open_each_time(home, 0) == (2, None)
        assert fault_of(kept, TABLES) == (1, None)
