"""Builds that are killed at any moment, also several in a row: nothing landed is touched, and the next one is whole.

A kill of a whole run (`test_killed_runs.py`) takes minutes; these are more, each of what makes the models.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from test_killed_runs import raw_rows, whole_release
from test_main_job import ARRIVAL_COLUMNS, landing, put_values_at_their_limits, tables

from expectations.contract import load_contract
from orchestration.defs.publication import publish
from orchestration.defs.resources import Warehouse
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.landing.ledger import prepare_tables, request_build
from orchestration.landing.loading import land_folder
from orchestration.publishing.audit import audit_marts
from orchestration.publishing.release import release_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROUNDS = 12
KILLS_IN_A_ROW = 3
KEPT_AND_RECORDED = (
    ("intermediate.int_stage_moves_kept", "landing.recorded_stage_lives"),
    ("intermediate.int_funnel_attempts_kept", "landing.recorded_funnel_entities"),
)


class Builder:
    """A process that builds warehouses in children of its own."""

    def __init__(self, folder: Path) -> None:
        script = Path(__file__).with_name("killed_building.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER), "DO_NOT_TRACK": "1"},
        )
        assert self.process.stdout.readline() == "ready\n"

    def build(self, home: WarehouseHome, seconds: float = 0.0) -> int:
        """Build, perhaps killed; return the exit code."""
        self.process.stdin.write(f"{home.working_database}\t{seconds}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    builder = Builder(tmp_path_factory.mktemp("project"))
    yield builder
    builder.process.stdin.close()
    builder.process.wait()


def land(home: WarehouseHome, folder: Path) -> None:
    home.folder.mkdir(exist_ok=True)
    with duckdb.connect(str(home.working_database)) as connection:
        prepare_tables(connection, load_contract())
        land_folder(connection, folder)
        request_build(connection, None, None)


def show(home: WarehouseHome) -> None:
    assert [outcome for outcome in audit_marts(home) if not outcome.is_met] == []
    publish(Warehouse(home_folder=str(home.folder)))


def kept(home: WarehouseHome) -> list[tuple[list[tuple], list[tuple]]]:
    """Return each table that outlives a build, with what is recorded of those that its rows are about."""
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        return [
            tuple(connection.execute(f"from {table} order by all").fetchall() for table in pair)
            for pair in KEPT_AND_RECORDED
        ]


def copied(home: WarehouseHome, folder: Path) -> WarehouseHome:
    return WarehouseHome(Path(shutil.copytree(home.folder, folder, symlinks=True)))


@pytest.fixture(scope="module")
def before(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> WarehouseHome:
    """A warehouse with a release of the first day; the second day is landed, but not built."""
    folder = tmp_path_factory.mktemp("company")
    home = WarehouseHome(folder / "warehouse")
    land(home, landing(folder / "in", second_day=False))
    assert builder.build(home) == 0
    show(home)
    put_values_at_their_limits(landing(folder / "in", second_day=True))
    land(home, folder / "in")
    return home


@pytest.fixture(scope="module")
def undisturbed(
    builder: Builder, before: WarehouseHome, tmp_path_factory: pytest.TempPathFactory
) -> tuple[WarehouseHome, float]:
    """What an undisturbed build leaves, and how long it takes."""
    home = copied(before, tmp_path_factory.mktemp("undisturbed") / "warehouse")
    began = time.monotonic()
    code = builder.build(home)
    seconds = time.monotonic() - began
    assert code == 0
    assert kept(home) != kept(before)
    show(home)
    return home, seconds


@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_build_after_several_that_were_killed_is_as_if_they_had_never_been(
    builder: Builder,
    before: WarehouseHome,
    undisturbed: tuple[WarehouseHome, float],
    tmp_path: Path,
    number: int,
) -> None:
    expected, seconds = undisturbed
    shown, landed, chance = whole_release(before), raw_rows(before), random.Random(number)
    home = copied(before, tmp_path / "warehouse")
    made = 0
    while made < KILLS_IN_A_ROW:  # one that came too late is none
        code = builder.build(home, chance.uniform(0.1, seconds))
        assert code in (0, -signal.SIGKILL)
        made += code != 0
        assert whole_release(home) == shown, "readers see what they saw"
        assert raw_rows(home) == landed
        for found, *whole in zip(kept(home), kept(before), kept(expected), strict=True):
            assert found in whole, "kept rows and their record agree"
    land(home, before.folder.with_name("in"))
    assert builder.build(home) == 0
    show(home)
    assert whole_release(home) == release_ids(home)[-1] != shown
    assert tables(home, without=ARRIVAL_COLUMNS) == tables(expected, without=ARRIVAL_COLUMNS)
    assert kept(home) == kept(expected)
    assert list(home.folder.glob("*.wal")) == []
