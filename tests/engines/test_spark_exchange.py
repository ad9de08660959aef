"""What goes out to Spark as Parquet, and what comes back."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from orchestration import engine
from orchestration.engine import Engine, EngineMissingError, demand
from orchestration.home import WarehouseHome
from orchestration.spark_exchange import bring_back, build_ended, hand_over

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    """A warehouse in which two tables were landed, in a folder whose name needs quoting."""
    place = WarehouseHome(tmp_path / "it's a warehouse")
    place.folder.mkdir()
    with duckdb.connect(str(place.working_database)) as connection:
        connection.execute("""
            create schema raw; create schema landing;
            create table raw.crm__leads as
                select 'L1' as lead_id, null::varchar as email, timestamp '2026-01-01 10:00:00.000001' as _loaded_at;
            create table raw.crm__deals as select 'D1' as deal_id, timestamp '2026-01-01' as _loaded_at limit 0;
            create table landing.files as select 'landed' as status, ['a', 'b'] as added_columns;
            create table landing.build_requests as select null::timestamp as as_of;
            create table landing.recorded_assignments as select 'anna' as customer_id;
            create table landing.recorded_runs as select 'r1' as run_id;
            create table landing.quarantine as select 'ann@example.com' as row_text;
        """)
    return place


def landed(home: WarehouseHome, table: str) -> Path:
    return home.spark_folder / "landed" / table / "rows.parquet"


def test_landed_tables_go_out_whole_and_the_quarantine_stays(home: WarehouseHome) -> None:
    hand_over(home)
    sent = sorted(path.parent.name for path in (home.spark_folder / "landed").rglob("*.parquet"))
    assert sent == ["build_requests", "crm__deals", "crm__leads", "files", "recorded_assignments", "recorded_runs"]
    with duckdb.connect(str(home.working_database)) as connection:
        for table, rows_count in (("raw/crm__leads", 1), ("raw/crm__deals", 0)):
            same = f"select * from {table.replace('/', '.')} intersect all from read_parquet($1)"
            assert len(connection.execute(same, [str(landed(home, table))]).fetchall()) == rows_count


@pytest.mark.parametrize(
    "change",
    [
        "insert into raw.crm__leads values ('L2', null, timestamp '2026-01-02')",
        "delete from raw.crm__leads",
        "update raw.crm__leads set _loaded_at = timestamp '2026-01-02'",
        "alter table raw.crm__leads add column phone varchar",
    ],
)
def test_only_a_table_that_changed_goes_out_again(home: WarehouseHome, change: str) -> None:
    hand_over(home)
    build_ended(home)
    before = {table: landed(home, table).stat().st_mtime_ns for table in ("raw/crm__leads", "raw/crm__deals")}
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute(change)
    hand_over(home)
    after = {table: landed(home, table).stat().st_mtime_ns for table in before}
    assert after["raw/crm__deals"] == before["raw/crm__deals"]
    assert after["raw/crm__leads"] > before["raw/crm__leads"]


def test_what_a_killed_build_left_is_thrown_away(home: WarehouseHome) -> None:
    hand_over(home)
    stray = home.spark_folder / "marts.db" / "dim_stages" / "half_written.parquet"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"PAR1")
    hand_over(home)
    assert not stray.exists()
    assert landed(home, "raw/crm__leads").exists()


def test_a_home_that_was_moved_is_built_anew(home: WarehouseHome) -> None:
    """Spark's catalog knows its tables by the whole path of their files."""
    hand_over(home)
    build_ended(home)
    built(home, "marts.db/dim_stages", "select 'known' as stage")
    moved = WarehouseHome(home.folder.with_name("moved"))
    home.folder.rename(moved.folder)
    hand_over(moved)
    assert not (moved.spark_folder / "marts.db").exists()
    assert landed(moved, "raw/crm__leads").exists()


def test_a_build_that_failed_keeps_what_it_built(home: WarehouseHome) -> None:
    hand_over(home)
    built(home, "marts.db/dim_stages", "select 'known' as stage")
    build_ended(home)
    hand_over(home)
    assert (home.spark_folder / "marts.db" / "dim_stages").exists()


def built(home: WarehouseHome, table: str, query: str) -> None:
    folder = home.spark_folder / table
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.sql(query).write_parquet(str(folder / "part-0.parquet"))


def test_built_tables_come_back_all_or_none(home: WarehouseHome) -> None:
    hand_over(home)
    built(home, "marts.db/dim_stages", "select 'known' as stage")
    built(home, "staging.db/stg_crm__leads", "select 'L1' as lead_id")
    bring_back(home)
    (home.spark_folder / "marts.db" / "dim_stages" / "part-0.parquet").unlink()
    built(home, "marts.db/dim_customers", "select 'C1' as customer_id")
    with pytest.raises(duckdb.IOException, match="dim_stages"):
        bring_back(home)
    with duckdb.connect(str(home.working_database)) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        assert tables == [("dim_stages",)]
        assert connection.execute("select * from marts.dim_stages").fetchall() == [("known",)]


def test_what_spark_lacks_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    demand(Engine.DUCKDB)
    monkeypatch.setattr(engine, "version", lambda _name: "4.3.0")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineMissingError, match="needs Java 17 or newer; none was found"):
        demand(Engine.SPARK)
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    java.chmod(0o755)
    with pytest.raises(EngineMissingError, match="Java 8 was found"):
        demand(Engine.SPARK)


def test_the_default_engine_imports_nothing_of_spark() -> None:
    code = (
        "import orchestration.definitions, orchestration.cli, orchestration.refresh, sys; "
        "print([name for name in sys.modules if name.startswith(('pyspark', 'dbt.adapters.spark', 'py4j'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
