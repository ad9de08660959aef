"""A dbt process that a killed run left is ended by the next run; no other process is."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from orchestration import leftovers
from orchestration.defs.resources import Warehouse
from orchestration.home import WarehouseHome
from orchestration.leftovers import noted_dbt, process_identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    return WarehouseHome(tmp_path)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "60"]) as started:
        yield started
        started.kill()


def begin_run(home: WarehouseHome) -> None:
    with dg.build_resources({"warehouse": Warehouse(home_folder=str(home.folder))}):
        pass


def test_the_process_that_a_killed_run_left_is_ended(home: WarehouseHome, process: subprocess.Popen[bytes]) -> None:
    home.dbt_note.write_text(f"{process.pid}\n{process_identity(process.pid)}", encoding="utf-8")
    begin_run(home)
    assert process.wait(timeout=5) == -9
    assert not home.dbt_note.exists()


def test_a_later_process_of_the_same_number_is_let_alone(home: WarehouseHome, process: subprocess.Popen[bytes]) -> None:
    home.dbt_note.write_text(f"{process.pid}\n1", encoding="utf-8")
    begin_run(home)
    assert process.poll() is None
    assert not home.dbt_note.exists()


def test_the_note_is_gone_when_dbt_ends_by_itself_or_fails(
    home: WarehouseHome, process: subprocess.Popen[bytes]
) -> None:
    with suppress(RuntimeError), noted_dbt(home, process.pid):
        assert home.dbt_note.read_text(encoding="utf-8") == f"{process.pid}\n{process_identity(process.pid)}"
        raise RuntimeError
    assert not home.dbt_note.exists()


def test_a_process_is_known_by_its_beginning_whoever_is_asked(process: subprocess.Popen[bytes]) -> None:
    assert process_identity(process.pid)
    assert leftovers._told_by_ps(process.pid)[1]
    process.kill()
    process.wait()
    assert process_identity(process.pid) == ""
    assert leftovers._told_by_ps(process.pid) == ("", "")
