"""What dbt itself can tell of the project: its unit tests pass, nothing it uses is deprecated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home import PROJECT_FOLDER, WarehouseHome

pytestmark = pytest.mark.xdist_group("sample")


def dbt(*arguments: str, database: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("dbt"), *arguments, "--no-version-check", "--profiles-dir", "."]
    command += ["--target-path", folder / "target", "--log-path", folder / "logs"]
    environment = {**os.environ, "LIFECYCLE_WORKING_DATABASE": str(database), "DO_NOT_TRACK": "1"}
    return subprocess.run(
        command, cwd=PROJECT_FOLDER / "dbt_project", env=environment, capture_output=True, text=True, check=False
    )


def test_every_unit_test_passes(sample_run: tuple[WarehouseHome, str], tmp_path: Path) -> None:
    home, _ = sample_run
    database = shutil.copy(home.working_database, tmp_path / "working.duckdb")
    done = dbt("test", "--select", "test_type:unit", database=database, folder=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "ERROR=0" in done.stdout
    assert "PASS=0" not in done.stdout


def test_nothing_obsolete_is_used(tmp_path: Path) -> None:
    done = dbt("parse", "--show-all-deprecations", database=tmp_path / "working.duckdb", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "deprecat" not in done.stdout.lower()


def test_an_empty_company_builds_with_empty_marts(tmp_path: Path) -> None:
    import duckdb

    from expectations.contract import load_contract
    from orchestration.landing.ledger import prepare_tables

    database = tmp_path / "working.duckdb"
    with duckdb.connect(str(database)) as connection:
        prepare_tables(connection, load_contract())
    done = dbt("build", "--exclude-resource-type", "unit_test", database=database, folder=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:]
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.dim_customers").fetchone() == (0,)
        assert connection.execute("select count(*) from marts.dim_stages").fetchone() == (43,)
