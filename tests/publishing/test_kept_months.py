"""Which months can be kept: those that are over by what readers see, as the command and Dagster list them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from test_release import manifest

from orchestration.defs.months import month_partitions
from orchestration.home import WarehouseHome
from orchestration.publishing.months import MonthError, end_of, months_between
from orchestration.publishing.release import release_ids, write_release

if TYPE_CHECKING:
    from pathlib import Path


def publish(home: WarehouseHome, *, first: str, as_of: str) -> WarehouseHome:
    """Show readers two events, and nothing after them."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_customer_events as select unnest([$1, $2])::timestamp as occurred_at",
            [first, as_of],
        )
    write_release(home, replace(manifest(1), as_of=as_of), {})
    return home


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    return publish(WarehouseHome(tmp_path), first="2023-11-30 23:59:59", as_of="2024-03-01 00:00:00")


@pytest.mark.parametrize(
    ("month", "end"),
    [
        ("2024-02", "2024-03-01 00:00:00"),
        ("2023-12", "2024-01-01 00:00:00"),
        ("2024-11", "2024-12-01 00:00:00"),
    ],
)
def test_a_month_is_told_as_of_the_first_instant_of_the_next(month: str, end: str) -> None:
    assert end_of(month) == end


def test_a_month_is_over_with_the_first_instant_of_the_next_and_not_before(home: WarehouseHome, tmp_path: Path) -> None:
    told = ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert months_between(home, "2023-11", None) == told
    assert months_between(home, "2023-12", "2024-01") == told[1:3]
    assert month_partitions(home).get_partition_keys() == told
    earlier = publish(WarehouseHome(tmp_path / "earlier"), first="2023-11-01", as_of="2024-02-29 23:59:59.999999")
    assert months_between(earlier, "2023-11", None) == told[:-1]
    assert month_partitions(earlier).get_partition_keys() == told[:-1]


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2023-10", None, "Nothing has happened in 2023-10: the first event is of 2023-11."),
        ("2024-01", "2024-03", "2024-03 is not over: readers see the warehouse as of 2024-03-01 00:00:00 UTC."),
        ("2024-02", "2024-01", "There is no month to keep from 2024-02 to 2024-01."),
        ("2024-03", None, "There is no month to keep from 2024-03 to the last that is over."),
    ],
)
def test_a_month_that_cannot_be_told_is_refused(home: WarehouseHome, first: str, last: str | None, told: str) -> None:
    with pytest.raises(MonthError) as refused:
        months_between(home, first, last)
    assert str(refused.value) == told


def test_before_anything_is_published_there_is_no_month(tmp_path: Path) -> None:
    home = WarehouseHome(tmp_path)
    assert month_partitions(home).get_partition_keys() == []
    with pytest.raises(MonthError, match="Readers see nothing yet"):
        months_between(home, "2024-01", None)


def test_a_release_that_cannot_be_read_stops_no_run(home: WarehouseHome) -> None:
    home.published_database.write_bytes(b"damaged")
    assert month_partitions(home).get_partition_keys() == []


def test_releases_of_months_are_not_among_those_that_readers_see(home: WarehouseHome) -> None:
    place = home.month("2024-02")
    place.folder.mkdir(parents=True)
    with duckdb.connect(str(place.working_database)) as connection:
        connection.execute("create schema marts; create table marts.dim_stages as select 1 as stage")
    before = release_ids(home), home.published.resolve()
    for number in range(9):
        write_release(place, manifest(number), {})
    assert (release_ids(home), home.published.resolve()) == before
    assert place.published.resolve().name == manifest(8).release_id
