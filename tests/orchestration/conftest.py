"""Homes that hold a published warehouse, made by the command line as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from orchestration.home import PROJECT_FOLDER, WarehouseHome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMAND = Path(sys.executable).with_name("lifecycle")


def lifecycle(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with an empty home directory."""
    environment = {**os.environ, "LIFECYCLE_HOME": str(home), "HOME": str(home.parent), "COLUMNS": "200"}
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        env=environment,
        cwd=PROJECT_FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[WarehouseHome, str]:
    """The sample company, published once for all tests that only read it; its home and what was printed."""
    home = tmp_path_factory.mktemp("sample") / "warehouse"
    done = lifecycle("run", home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    return WarehouseHome(home), done.stdout


@pytest.fixture(scope="session")
def query(sample_run: tuple[WarehouseHome, str]) -> Callable[..., list[tuple]]:
    """Ask the published file of the sample company."""
    home, _ = sample_run

    def ask(sql: str, parameters: Sequence[object] = ()) -> list[tuple]:
        with duckdb.connect(str(home.published_database), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    return ask


@pytest.fixture(scope="session")
def working(sample_run: tuple[WarehouseHome, str]) -> Callable[..., list[tuple]]:
    """Ask the working database of the sample company, for what is not published."""
    home, _ = sample_run

    def ask(sql: str) -> list[tuple]:
        with duckdb.connect(str(home.working_database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return ask
