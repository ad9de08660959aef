"""The log of runs: whatever ends a run is in it, once and whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from orchestration.health.checks import CheckResult
from orchestration.health.runs import PUBLISHED, UNCHANGED, RunReport, begin_run, end_run, tell_run
from orchestration.home import WarehouseHome
from orchestration.publishing.release import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELEASE = Manifest(
    release_id="one",
    published_at="2026-01-01T00:00:00+00:00",
    as_of="2025-12-31 00:00:00",
    known_at="2026-01-01 00:00:00",
    input_fingerprint="f",
    code_version="c",
    engine="duckdb 1",
)
HELD = CheckResult("marts", "fct_orders", "assert_it_adds_up", "sales", "error", "passed", 0.0, at_most=0)
BROKEN = replace(HELD, outcome="failed", figure=3.0)
REPORT = RunReport("r1", (HELD,), {"landing": 1.5, "building": 60.0})
FAILED = replace(REPORT, checks=(BROKEN,), failed_step="build_models")


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    return WarehouseHome(tmp_path)


@pytest.fixture
def connection(home: WarehouseHome) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        begin_run(opened, home, "r1", engine="duckdb 1", code_version="c")
        opened.execute("""
            create schema marts;
            create table marts.fct_orders as select range as order_id from range(30);
            create view marts.rpt_run_history as select run_id from landing.recorded_runs
        """)
        yield opened


def runs(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    return connection.execute("""
        select run_id, run_number, outcome, release_id, is_closed, ended_at is not null
        from landing.recorded_runs order by run_number
    """).fetchall()


def checks(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    columns = "run_id, table_name, check_kind, outcome, figure, at_most"
    return connection.execute(f"select {columns} from landing.recorded_checks order by all").fetchall()


def layers(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = "select layer, count(*) from landing.recorded_tables group by all"
    return dict(connection.execute(counts).fetchall())


def test_a_run_is_told_before_it_shows_its_release_and_closed_after(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        insert into landing.files (status, landed_count, quarantined_count, loaded_at) values
            ('landed', 10, 2, timestamp '2000-01-01'),
            ('landed', 7, 1, timestamp '9999-01-01'),
            ('refused', 0, 0, timestamp '9999-01-01')
    """)
    tell_run(connection, REPORT, PUBLISHED, RELEASE)
    assert runs(connection) == [("r1", 1, "published", "one", False, True)]
    assert checks(connection) == [("r1", "fct_orders", "identity", "passed", 0.0, 0.0)]
    told = """
        select landed_files_count, refused_files_count, landed_rows_count, quarantined_rows_count, landing_seconds,
            fitting_seconds, as_of::varchar, is_looking_back
        from landing.recorded_runs
    """
    assert connection.execute(told).fetchall() == [(1, 1, 7, 1, 1.5, None, "2025-12-31 00:00:00", False)]
    marts = "select table_name, rows_count from landing.recorded_tables where layer = 'marts'"
    assert connection.execute(marts).fetchall() == [("fct_orders", 30)]
    end_run(connection, REPORT)
    assert runs(connection) == [("r1", 1, "published", "one", True, True)]


def test_a_run_that_failed_is_told_with_its_checks_but_not_with_marts(connection: duckdb.DuckDBPyConnection) -> None:
    end_run(connection, FAILED)
    assert runs(connection) == [("r1", 1, "failed", None, True, True)]
    assert checks(connection) == [("r1", "fct_orders", "identity", "failed", 3.0, 0.0)]
    assert layers(connection).keys() == {"raw"}


def test_a_release_that_could_not_be_written_is_not_told_as_published(connection: duckdb.DuckDBPyConnection) -> None:
    tell_run(connection, REPORT, PUBLISHED, RELEASE)
    end_run(connection, replace(REPORT, failed_step="published__release"))
    assert runs(connection) == [("r1", 1, "failed", None, True, True)]
    assert len(checks(connection)) == 1
    assert layers(connection).keys() == {"raw"}


@pytest.mark.parametrize(
    ("is_stopped", "outcome"), [(True, "interrupted"), (False, "partial")], ids=["stopped", "asked for a part"]
)
def test_a_run_that_did_not_come_to_its_publication_says_why(
    connection: duckdb.DuckDBPyConnection, is_stopped: bool, outcome: str
) -> None:
    end_run(connection, replace(REPORT, is_stopped=is_stopped))
    assert runs(connection) == [("r1", 1, outcome, None, True, True)]


@pytest.mark.parametrize(
    ("told", "is_written", "outcome"),
    [(None, False, "interrupted"), (PUBLISHED, False, "interrupted"), (PUBLISHED, True, "published")],
    ids=["while it built", "before its release was shown", "after it"],
)
def test_the_next_run_says_what_became_of_one_that_was_killed_or_stopped(
    connection: duckdb.DuckDBPyConnection, home: WarehouseHome, told: str | None, is_written: bool, outcome: str
) -> None:
    if told:
        tell_run(connection, REPORT, told, RELEASE)
        end_run(connection, replace(REPORT, is_stopped=True))  # which a run that is killed outright does not even do
    if is_written:
        (home.releases / "one").mkdir(parents=True)
    begin_run(connection, home, "r2", engine="duckdb 1", code_version="c")
    assert [row[:3] for row in runs(connection)] == [("r1", 1, outcome), ("r2", 2, None)]


def test_a_run_that_finds_its_release_shown_is_unchanged_whatever_is_kept(
    connection: duckdb.DuckDBPyConnection, home: WarehouseHome
) -> None:
    tell_run(connection, REPORT, UNCHANGED, RELEASE)
    begin_run(connection, home, "r2", engine="duckdb 1", code_version="c")
    assert runs(connection)[0] == ("r1", 1, "unchanged", None, True, True)


def test_a_run_begins_once(connection: duckdb.DuckDBPyConnection, home: WarehouseHome) -> None:
    end_run(connection, REPORT)
    begin_run(connection, home, "r1", engine="duckdb 1", code_version="c")
    assert len(runs(connection)) == 1


def test_of_a_run_whose_beginning_was_not_noted_nothing_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    before = runs(connection)
    tell_run(connection, replace(REPORT, run_id="r0"), PUBLISHED, RELEASE)
    assert (runs(connection), checks(connection), layers(connection)) == (before, [], {})


def test_what_breaks_off_while_it_is_told_leaves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    before = runs(connection)
    connection.execute("alter table landing.recorded_tables rename column rows_count to hidden")
    connection.execute("alter table landing.recorded_tables add column another integer")
    with pytest.raises(duckdb.Error):
        tell_run(connection, REPORT, PUBLISHED, RELEASE)
    assert (runs(connection), checks(connection)) == (before, [])
