"""What Dagster tells of a run comes into the warehouse's log, whichever way the run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from orchestration.defs.resources import Warehouse
from orchestration.defs.run_history import check_result

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = dg.AssetKey(["marts", "fct_orders"])
RUNS = "select run_number, outcome, failed_step, engine.split(' ')[1], is_closed from landing.recorded_runs"
CHECKS = "select table_name, check_name, check_kind, owner_team, severity, outcome, figure from landing.recorded_checks"


def asked(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"{sql} order by all").fetchall()


def run(home: Path, figure: int, *, failure: BaseException | None = None) -> bool:
    """Materialise a table whose check finds so many rows; what comes after it fails where it is asked to."""

    claim = dg.AssetCheckSpec("assert_it_adds_up", asset=ORDERS)

    @dg.asset(key=ORDERS, check_specs=[claim], required_resource_keys={"warehouse"})
    def build_orders() -> dg.MaterializeResult:
        found = dg.AssetCheckResult(
            passed=not figure, check_name="assert_it_adds_up", metadata={"dagster_dbt/failed_row_count": figure}
        )
        return dg.MaterializeResult(check_results=[found])

    @dg.asset(deps=[ORDERS])
    def build_report() -> None:
        if failure:
            raise failure

    resources = {"warehouse": Warehouse(home_folder=str(home))}
    return dg.materialize([build_orders, build_report], resources=resources, raise_on_error=False).success


def test_a_run_is_logged_whether_it_fails_or_not(tmp_path: Path) -> None:
    assert not run(tmp_path, 3, failure=ValueError("a secret value"))
    assert run(tmp_path, 0)
    assert not run(tmp_path, 0, failure=dg.DagsterExecutionInterruptedError())
    database = tmp_path / "working.duckdb"
    assert asked(database, RUNS) == [
        (1, "failed", "build_report", "duckdb", True),
        (2, "partial", None, "duckdb", True),
        (3, "interrupted", None, "duckdb", True),
    ]
    check = ("fct_orders", "assert_it_adds_up", "identity")
    assert asked(database, CHECKS) == [
        (*check, "sales", "error", "failed", 3.0),
        (*check, "sales", "error", "passed", 0.0),
        (*check, "sales", "error", "passed", 0.0),
    ]
    assert b"a secret value" not in database.read_bytes()


def test_a_log_that_cannot_be_written_fails_no_run(tmp_path: Path) -> None:
    (tmp_path / "working.duckdb").write_text("not a database", encoding="utf-8")
    assert run(tmp_path, 0)


@pytest.mark.parametrize(
    ("key", "name", "severity", "metadata", "told"),
    [
        (
            ["raw", "crm", "leads"],
            "status_known",
            dg.AssetCheckSeverity.WARN,
            {"rows_judged": 90, "rows_quarantined": 2},
            ("crm.leads", "promise", "sales", "warn", "failed", 2.0, None, 0, 90),
        ),
        (
            ["raw", "crm", "leads"],
            "is_fresh",
            dg.AssetCheckSeverity.WARN,
            {"figure": 1.5, "at_most": 0.0},
            ("crm.leads", "freshness", "sales", "warn", "failed", 1.5, None, 0.0, None),
        ),
        (
            ["marts", "fct_orders"],
            "volume_holds",
            dg.AssetCheckSeverity.ERROR,
            {"figure": 0.2, "at_least": 0.5},
            ("fct_orders", "volume", "sales", "error", "failed", 0.2, 0.5, None, None),
        ),
        (
            ["staging", "stg_orders__orders"],
            "not_null_stg_orders__orders_order_id",
            dg.AssetCheckSeverity.ERROR,
            {"status": "error", "dagster_dbt/failed_row_count": 0},
            ("stg_orders__orders", "data_test", "operations", "error", "not_judged", None, None, 0, None),
        ),
        (
            ["landing", "files"],
            "no_file_refused",
            dg.AssetCheckSeverity.WARN,
            {"figure": 1, "at_most": 0},
            ("files", "delivery", "operations", "warn", "failed", 1.0, None, 0, None),
        ),
    ],
    ids=["promise", "freshness", "volume", "a test that broke", "delivery"],
)
def test_every_kind_of_check_is_told_in_the_same_words(
    key: list[str], name: str, severity: dg.AssetCheckSeverity, metadata: dict, told: tuple
) -> None:
    evaluation = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(key), check_name=name, passed=False, severity=severity, metadata=metadata
    )
    check = check_result(evaluation, {"fct_orders": "sales"})
    judged = (check.figure, check.at_least, check.at_most, check.judged_rows_count)
    assert (check.table, check.kind, check.owner_team, check.severity, check.outcome, *judged) == told
