"""Kept months: each equals a run with its `--as-of`, readers keep what they see, a killed one leaves no half."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from building import CompiledProject
from conftest import COMMAND, lifecycle
from filelock import FileLock
from test_main_job import landing, published_bytes, tables, write

from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.publishing.release import current_manifest

pytestmark = pytest.mark.xdist_group("sample")

MONTH, END = "2024-02", "2024-03-01 00:00:00"
WAITING = "another run is writing this warehouse; waiting for it to end"


def state(home: WarehouseHome) -> tuple[str, bytes]:
    """Return what readers see, and what runs go on from."""
    return published_bytes(home), home.working_database.read_bytes()


def start(home: WarehouseHome) -> subprocess.Popen[str]:
    command = [COMMAND, "backfill", "--from", MONTH, "--to", MONTH]
    environment = {**os.environ, "LIFECYCLE_HOME": str(home.folder)}
    return subprocess.Popen(
        command, env=environment, cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def kill_while_it_builds(run: subprocess.Popen[str]) -> None:
    for line in run.stdout:
        if "building" in line:
            break
    else:
        pytest.fail("it ended before it was killed")
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def wait_for(text: str, log: Path) -> None:
    until = time.monotonic() + 60
    while not (log.exists() and text in log.read_text(encoding="utf-8")):
        assert time.monotonic() < until, log
        time.sleep(0.1)


def kept_stages(home: WarehouseHome) -> list[tuple]:
    """Ask all kept months together, as the documentation says."""
    files = home.months / "*/published/parquet/fct_stage_intervals.parquet"
    with duckdb.connect() as connection:
        return connection.execute(f"""
            select as_of_month, stage, count(*) from read_parquet('{files}', hive_partitioning = true)
            where lifecycle_id = 'customer' and is_current group by all order by all
        """).fetchall()


def test_a_month_through_its_builds(sample_run: tuple[WarehouseHome, str], tmp_path: Path) -> None:
    home, folder = WarehouseHome(tmp_path / "warehouse"), tmp_path / "in"
    project = CompiledProject.of(sample_run[0])
    project.publish_landed(home, landing(folder, second_day=True))
    before = state(home)

    # it waits for who writes the warehouse; killed, it leaves nothing that could be taken for a month
    with FileLock(home.writer_lock):
        run = start(home)
        wait_for(WAITING, home.folder / "last_backfill.log")
    kill_while_it_builds(run)
    assert current_manifest(home.month(MONTH)) is None
    assert list(home.months.glob("*/published")) == []

    # the next one keeps it, and neither readers nor runs see any of it
    done = lifecycle("backfill", "--from", MONTH, "--to", MONTH, home=home.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{MONTH}: kept, as of {END} UTC" in done.stdout
    assert state(home) == before
    assert sorted(path.name for path in home.months.iterdir()) == [f"as_of_month={MONTH}", "dbt_target"]

    # it is what a run with --as-of publishes, row for row
    other = WarehouseHome(Path(shutil.copytree(home.folder, tmp_path / "other", symlinks=True)))
    project.publish_landed(other, folder, as_of=END)
    month = home.month(MONTH)
    assert tables(month) == tables(other)
    assert tables(month) != tables(home)
    assert current_manifest(month).tables.keys() == current_manifest(other).tables.keys() - set(MARTS_OF_RUNS)
    first = current_manifest(month)
    assert (first.as_of, first.known_at) == (END, current_manifest(home).known_at)
    assert kept_stages(home) == [(MONTH, "active", 1), (MONTH, "new_customer", 1)]

    # by the same inputs there is nothing to do
    again = lifecycle("backfill", "--from", MONTH, "--to", MONTH, home=home.folder)
    assert f"{MONTH}: nothing new, kept before, as of {END} UTC" in again.stdout
    assert current_manifest(month) == first

    # a file came in late: whoever is killed now leaves the month as it was, whole
    write(folder / "crm" / "leads" / "late.csv", ["lead_id,email,created_at", "L8,h@x.test,2024-02-08"])
    project.publish_landed(home, folder)
    old = tables(month)
    kill_while_it_builds(start(home))
    assert current_manifest(month) == first
    assert tables(month) == old
