"""Runs that are killed, at any step: readers see a whole release, and the next run finishes the work."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import duckdb
import pytest
from conftest import COMMAND
from test_main_job import (
    ARRIVAL_COLUMNS,
    BROKEN,
    landing,
    published,
    put_broken_files,
    put_values_at_their_limits,
    tables,
)

from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.publishing.release import current_manifest, release_ids

if TYPE_CHECKING:
    from pathlib import Path

ALL_STEPS = ("landing", "building", "auditing", "fitting", "building", "auditing", "publishing")


def start(folder: Path, home: WarehouseHome) -> subprocess.Popen[str]:
    command = [COMMAND, "run", "--landing", folder]
    environment = {**os.environ, "LIFECYCLE_HOME": str(home.folder)}
    return subprocess.Popen(
        command, env=environment, cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def kill_at(moment: tuple[str, int, float], folder: Path, home: WarehouseHome, *, only_parent: bool) -> None:
    """Start a run and kill it at a moment: so many seconds after it has come to a step for that time."""
    step, number, seconds = moment
    with start(folder, home) as run:
        for line in run.stdout:
            number -= line.startswith(f"... {step}")
            if not number:
                break
        time.sleep(seconds)
        (os.kill if only_parent else os.killpg)(run.pid, signal.SIGKILL)  # a lone parent leaves dbt running


def raw_rows(home: WarehouseHome) -> dict[str, list[tuple]]:
    """Return what was landed, but for its instants."""
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        rows = {
            name: connection.execute(f"select * exclude (_loaded_at) from {name} order by all").fetchall()
            for (name,) in names
        }
        rows["files"] = connection.execute("select * exclude (loaded_at) from landing.files order by all").fetchall()
        rows["moves"] = connection.execute(
            "select transition_id, move_number, withdrawn_number from landing.recorded_transitions order by all"
        ).fetchall()
    return rows


def leftovers(home: WarehouseHome) -> list[str]:
    """Return what only a run that goes on may have: logs ahead, folders aside, the note of a dbt process."""
    found = [*home.folder.glob("*.wal"), *home.folder.glob(".*"), *home.releases.glob(".*"), home.dbt_note]
    return [str(path) for path in found if path.exists()]


def whole_release(home: WarehouseHome) -> str | None:
    """Return the release that readers see, after reading each of its files."""
    shown = current_manifest(home)
    if shown is None:
        return None
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        for name, table in shown.tables.items():
            parquet = (home.published / "parquet" / f"{name}.parquet").read_bytes()
            assert hashlib.sha256(parquet).hexdigest() == table.parquet_sha256
            assert connection.execute(f"select count(*) from {name}").fetchone() == (table.rows_count,)
    return shown.release_id


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company, with broken files among its own, and values at their limits."""
    folder = landing(tmp_path_factory.mktemp("in"), second_day=True)
    put_values_at_their_limits(folder)
    put_broken_files(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> WarehouseHome:
    """A warehouse that two runs were to refresh at once."""
    home = WarehouseHome(tmp_path_factory.mktemp("undisturbed") / "warehouse")
    runs = [start(folder, home) for _ in range(2)]
    told = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert any(tells_of_broken_files(text) for text in told), told
    return home


def tells_of_broken_files(told: str) -> bool:
    """Return whether a run told what became of each broken file, and no more."""
    lines = [line for line in told.splitlines() if line.startswith(("  refused", "  not"))]
    counted = "5 refused.\n" in told and ", 2 quarantined with reasons" in told
    return counted and len(lines) == len(BROKEN) and all(map(str.startswith, lines, BROKEN))


def finish_and_compare(folder: Path, home: WarehouseHome, undisturbed: WarehouseHome) -> None:
    with start(folder, home) as run:
        told = run.stdout.read()
    assert run.returncode == 0, told
    assert whole_release(home) == release_ids(home)[-1]
    assert len(release_ids(home)) == len(release_ids(undisturbed)), "no release is doubled"
    assert tables(home, without=ARRIVAL_COLUMNS) == tables(undisturbed, without=ARRIVAL_COLUMNS)
    assert raw_rows(home) == raw_rows(undisturbed)
    assert leftovers(home) == []


def test_two_runs_at_once_wait_for_each_other(undisturbed: WarehouseHome) -> None:
    assert len(release_ids(undisturbed)) == 1
    assert leftovers(undisturbed) == []


def test_the_run_after_two_that_were_killed_finishes_their_work(
    folder: Path, undisturbed: WarehouseHome, tmp_path: Path
) -> None:
    home = WarehouseHome(tmp_path / "warehouse")
    kill_at(("landing", 2, 0.0), folder, home, only_parent=False)
    kill_at(("building", 1, 2.0), folder, home, only_parent=True)
    assert home.dbt_note.exists(), "dbt is left, and goes on writing"
    assert whole_release(home) is None
    finish_and_compare(folder, home, undisturbed)
    *killed, (last,) = published(home, "select run_outcome from rpt_run_history order by run_number")
    assert {outcome for (outcome,) in killed} <= {"interrupted"}
    assert last == "published"


@pytest.mark.slow
@pytest.mark.parametrize("number", range(12))
def test_a_run_killed_at_any_step_is_finished_by_the_next(
    folder: Path, undisturbed: WarehouseHome, tmp_path: Path, number: int
) -> None:
    chance = random.Random(number)
    place = number % len(ALL_STEPS)
    step, times = ALL_STEPS[place], ALL_STEPS[: place + 1].count(ALL_STEPS[place])
    seconds = chance.uniform(0, {"building": 10, "landing": 0.3}.get(step, 2))
    home = WarehouseHome(tmp_path / "warehouse")
    kill_at((step, times, seconds), folder, home, only_parent=chance.random() < 0.5)
    assert whole_release(home) in {None, *release_ids(home)[-1:]}
    finish_and_compare(folder, home, undisturbed)
