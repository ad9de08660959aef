"""Every mart that has a contract is the same on DuckDB and on Spark, row by row."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from needs import needs

from orchestration import parity
from orchestration.engine import Engine
from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import PROJECT_FOLDER, SAMPLE_COMPANY, WarehouseHome
from orchestration.parity import EngineBuild, ParityError, TableComparison, build_on, compare_builds, compare_tables
from orchestration.publishing.release import Manifest, current_manifest, release_ids
from orchestration.refresh import RefreshRequest, RefreshResult

on_spark = pytest.mark.xdist_group("spark")


@pytest.fixture(scope="module")
def request_on_sample(tmp_path_factory: pytest.TempPathFactory) -> RefreshRequest:
    needs(Engine.SPARK)
    home = WarehouseHome(tmp_path_factory.mktemp("engines") / "it's a warehouse")
    return RefreshRequest(home, SAMPLE_COMPANY)


@pytest.fixture(scope="module")
def builds(request_on_sample: RefreshRequest) -> dict[Engine, EngineBuild]:
    return {engine: build_on(request_on_sample, engine, lambda _step: None) for engine in Engine}


@on_spark
def test_every_contracted_mart_is_the_same_on_both_engines(builds: dict[Engine, EngineBuild]) -> None:
    compared = compare_builds(builds[Engine.DUCKDB], builds[Engine.SPARK])
    marts = {path.stem for path in (PROJECT_FOLDER / "dbt_project" / "models" / "marts").rglob("*.sql")}
    assert builds[Engine.DUCKDB].contracted_marts == builds[Engine.SPARK].contracted_marts == marts
    assert compared.keys() == marts - set(MARTS_OF_RUNS)
    assert [name for name, table in compared.items() if not table.rows_count] == []
    assert {name: table.examples for name, table in compared.items() if table.differences_count} == {}
    assert sum(table.rows_count for table in compared.values()) > 100_000


@on_spark
def test_the_pipeline_audits_and_publishes_what_spark_built(
    request_on_sample: RefreshRequest, builds: dict[Engine, EngineBuild]
) -> None:
    home = request_on_sample.home
    manifest = current_manifest(home)
    assert manifest
    assert manifest.engine.startswith("spark ")
    assert len(release_ids(home)) == len(builds)
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        (unmet,) = connection.execute("select count(*) from audit.published_tables where not is_met").fetchone()
        (marts,) = connection.execute("select count(distinct table_name) from audit.published_tables").fetchone()
    with duckdb.connect(str(builds[Engine.SPARK].served), read_only=True) as connection:
        runs = "select engine.split(' ')[1], run_outcome, checks_count > 1000 from rpt_run_history order by run_number"
        assert connection.execute(runs).fetchall() == [(engine, "published", True) for engine in Engine]
    assert (unmet, marts) == (0, len(manifest.tables))
    assert not (home.spark_folder / "unfinished").exists()


@on_spark
@pytest.mark.slow
@pytest.mark.usefixtures("builds")
def test_dbt_alone_runs_on_what_the_pipeline_left(request_on_sample: RefreshRequest, tmp_path: Path) -> None:
    """The unit tests are lives written by hand: Spark tells them too. The catalog outlives the process that made it."""
    command = [Path(sys.executable).with_name("dbt"), "test", "--select", "test_type:unit"]
    command += ["--target", "spark", "--profiles-dir", ".", "--no-version-check"]
    command += ["--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    environment = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        "LIFECYCLE_SPARK_FOLDER": str(request_on_sample.home.spark_folder),
    }
    done = subprocess.run(
        command, cwd=PROJECT_FOLDER / "dbt_project", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "ERROR=0" in done.stdout
    assert "PASS=0" not in done.stdout


def test_an_engine_whose_release_was_rolled_back_is_not_compared_with_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was withdrawn is not published again, so the release that is shown is the other engine's."""
    shown = Manifest("r1", "2026-01-01", None, None, "f", "c", engine="spark 4.3.0")
    monkeypatch.setattr(parity, "refresh", lambda _request, _progress: RefreshResult(True, shown))
    request = RefreshRequest(WarehouseHome(tmp_path), SAMPLE_COMPANY)
    with pytest.raises(ParityError, match="rolled back"):
        build_on(request, Engine.DUCKDB, lambda _step: None)


def test_a_difference_of_any_kind_is_found() -> None:
    rows = "select * from (values {}) as made(id, money, seen_at, share, name)"
    base = ["1, 1.50::decimal(18, 4), timestamp '2025-01-01', 0.1::double, 'a'", "2, null, null, null, null"]
    with duckdb.connect() as connection:

        def compare(*others: str) -> TableComparison:
            for name, lines in (("one", base), ("two", others)):
                values = rows.format(", ".join(f"({line})" for line in lines))
                connection.execute(f"create or replace table {name} as {values}")
            return compare_tables(connection, "one", "two")

        assert compare(*reversed(base)) == TableComparison(2, 0)
        assert compare(base[0].replace("0.1::", "(0.1 + 1e-11)::"), base[1]).differences_count == 0
        assert compare(base[0].replace("0.1::", "(0.1 + 1e-8)::"), base[1]).differences_count == 1
        assert compare(base[0].replace("0.1::double", "null::double"), base[1]).differences_count == 1
        assert compare(base[0].replace("1.50", "1.5001"), base[1]).differences_count == 2
        assert compare(base[0].replace("2025-01-01", "2025-01-01 00:00:00.000001"), base[1]).differences_count == 2
        assert compare(base[0], base[1], base[1]).differences_count == 1
        assert compare(base[0], base[0]).differences_count == 2
        assert compare(base[0]).differences_count == 1
        assert "columns differ" in compare("1, 1.50::double, timestamp '2025-01-01', 0.1::double, 'a'").examples[0]
        assert "columns differ" in compare_tables(connection, "one", "none").examples[0]
        assert compare_tables(connection, "none", "none").differences_count == 1
        connection.execute("create table shares as select 0.5::double as share")
        assert compare_tables(connection, "shares", "shares") == TableComparison(1, 0)
