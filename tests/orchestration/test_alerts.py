"""What is told of a failed run, to whom, and that telling never does harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from orchestration.alerting.alert import new_alert
from orchestration.alerting.destinations import Destinations
from orchestration.alerting.failures import broken_step, without_personal_values
from orchestration.defs.alerts import LOG_FILE, TOLD, Alerts, failure_hook, failure_sensor, killed_runs_sensor
from orchestration.defs.months import MONTHS_KEY
from orchestration.home import WarehouseHome
from orchestration.leftovers import dead_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    return WarehouseHome(tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


class Listener:
    """A webhook on this machine that keeps what is posted to it."""

    def __init__(self, status: int = 200) -> None:
        self.documents: list[dict] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805
                self.documents.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
                handler.send_response(status)
                handler.end_headers()

            def log_message(handler, *_: object) -> None:  # noqa: N805
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret-token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@dg.asset
def wrong() -> None:
    raise OSError(28, "No space left on device")


@dg.asset_check(asset="fct_orders", blocking=True)
def volume_holds() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.ERROR, metadata={"value": 0.25})


@dg.asset
def fct_orders() -> None:
    pass


def run(instance: dg.DagsterInstance, alerts: Alerts, *assets: object, **options: object) -> dg.ExecuteInProcessResult:
    """Run assets and checks in the way of the main job."""
    checks = [asset for asset in assets if isinstance(asset, dg.AssetChecksDefinition)]
    job = dg.define_asset_job("refresh", executor_def=dg.in_process_executor, hooks={failure_hook()})
    definitions = dg.Definitions(
        assets=[asset for asset in assets if asset not in checks],
        asset_checks=checks,
        jobs=[job],
        resources={"alerts": alerts},
    )
    resolved = definitions.resolve_job_def("refresh")
    return resolved.execute_in_process(instance=instance, raise_on_error=False, **options)


def test_a_failed_step_is_told_on_the_screen_in_the_file_and_to_the_webhook(
    home: WarehouseHome, instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    listener, file = Listener(), home.folder / "alerts.jsonl"
    alerts = Alerts(home_folder=str(home.folder), file=str(file), webhook=listener.url)
    result = run(instance, alerts, wrong, tags={LOG_FILE: "the.log"})
    assert TOLD in instance.get_run_by_id(result.run_id).tags
    (told,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [told] == listener.documents
    assert told["text"] in capsys.readouterr().out
    assert told["text"].splitlines() == [
        "Not published; these failed:",
        "  step wrong",
        "    OSError: [Errno 28] No space left on device",
        "Readers still see nothing yet. The whole log: the.log",
        "What to do:",
        "  The disk is full, or a limit on the size of files is reached; make room and run again.",
    ]
    assert told["run_id"] == result.run_id
    assert told["readers_see"] is None


def test_a_broken_rule_of_published_tables_is_told_with_its_table_and_how_to_see_what_was_measured(
    home: WarehouseHome, instance: dg.DagsterInstance
) -> None:
    file = home.folder / "alerts.jsonl"
    run(instance, Alerts(home_folder=str(home.folder), file=str(file)), fct_orders, volume_holds)
    (failure,) = json.loads(file.read_text(encoding="utf-8"))["failures"]
    assert failure["what"] == "fct_orders: volume_holds"
    assert failure["cause"] == "measured 0.25"
    assert "send the rest" in failure["remedy"]
    assert "audit.published_tables where not is_met" in failure["rows_shown_by"]


def test_of_a_month_it_is_told_which_test_failed_and_its_rows_are_shown_from_where_months_are_built(
    home: WarehouseHome, instance: dg.DagsterInstance
) -> None:
    @dg.asset(key=MONTHS_KEY)
    def months() -> None:
        leave_results_of_dbt(home.month("2024-02").dbt_target("duckdb"))
        raise dg.Failure("dbt failed", allow_retries=False)

    file = home.folder / "alerts.jsonl"
    run(instance, Alerts(home_folder=str(home.folder), file=str(file)), months)
    (failure,) = json.loads(file.read_text(encoding="utf-8"))["failures"]
    assert failure["what"] == "marts/fct_orders: is_sound"
    assert failure["rows_count"] == 6
    assert f"LIFECYCLE_WORKING_DATABASE={home.folder}/months/working.duckdb" in failure["rows_shown_by"]


def leave_results_of_dbt(target: Path) -> None:
    """Write what dbt leaves when a test of a model fails."""
    model = {"name": "fct_orders", "schema": "marts", "resource_type": "model", "package_name": "p", "group": None}
    test = {
        "name": "is_sound",
        "resource_type": "test",
        "package_name": "p",
        "attached_node": "model.p.fct_orders",
        "depends_on": {"nodes": ["model.p.fct_orders"]},
        "config": {"meta": {}},
        "original_file_path": "is_sound.sql",
        "path": "is_sound.sql",
    }
    manifest = {"nodes": {"model.p.fct_orders": model, "test.p.is_sound": test}, "groups": {}}
    result = {"unique_id": "test.p.is_sound", "status": "fail", "message": "Got 6 results", "failures": 6}
    target.mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (target / "run_results.json").write_text(json.dumps({"results": [result]}), encoding="utf-8")


@pytest.mark.parametrize("place", ["refused", "wrong status", "no address", "no folder"])
def test_a_destination_that_fails_is_told_and_fails_no_run(
    place: str, home: WarehouseHome, instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    listener = Listener(status=500)
    if place == "refused":
        listener.server.shutdown()
        listener.server.server_close()
    webhook = "secret-token" if place == "no address" else listener.url
    destination = {"file": str(home.folder / "none" / "x")} if place == "no folder" else {"webhook": webhook}
    run(instance, Alerts(home_folder=str(home.folder), **destination), wrong)
    out = capsys.readouterr().out
    assert "the alert did not reach the " in out
    assert "secret-token" not in out


def test_nothing_is_sent_unless_asked_for(home: WarehouseHome) -> None:
    assert Destinations().send(new_alert(home, None, (), log="", began=0.0)) == []


def test_the_sensor_tells_of_a_run_that_the_hook_did_not_tell_of(
    home: WarehouseHome, instance: dg.DagsterInstance
) -> None:
    @dg.resource
    def missing() -> None:
        raise PermissionError(13, "Permission denied")

    @dg.asset(required_resource_keys={"missing"})
    def needs_it() -> None:
        pass

    file = home.folder / "alerts.jsonl"
    alerts = Alerts(home_folder=str(home.folder), file=str(file))
    job = dg.define_asset_job("refresh", executor_def=dg.in_process_executor, hooks={failure_hook()})
    definitions = dg.Definitions([needs_it], jobs=[job], resources={"alerts": alerts, "missing": missing})
    result = definitions.resolve_job_def("refresh").execute_in_process(instance=instance, raise_on_error=False)
    assert not file.exists()
    for _ in range(2):  # once for all
        context = dg.build_run_status_sensor_context(
            "tell_of_failed_runs",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            resources={"alerts": alerts},
        ).for_run_failure()
        failure_sensor(job)(context)
    (told,) = file.read_text(encoding="utf-8").splitlines()
    assert "Permission denied" in told
    assert "Give this user the right to read and write there" in told


_RUN_FOR_EVER = """
import sys, time
import dagster as dg

@dg.asset
def endless():
    print("began", flush=True)
    time.sleep(600)

dg.materialize([endless], instance=dg.DagsterInstance.local_temp(sys.argv[1]))
"""


def test_a_run_whose_process_is_gone_is_told_of_and_holds_back_no_other(home: WarehouseHome, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _RUN_FOR_EVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert any("began" in line for line in process.stdout)
        instance = dg.DagsterInstance.local_temp(str(tmp_path))
        assert dead_runs(instance) == [], "it still runs"
        process.kill()
    (dead,) = dead_runs(instance)
    file = home.folder / "alerts.jsonl"
    alerts = Alerts(home_folder=str(home.folder), file=str(file))
    for _ in range(2):  # once for all
        with dg.build_sensor_context(instance=instance, resources={"alerts": alerts}) as context:
            killed_runs_sensor()(context)
    assert instance.get_run_by_id(dead.run_id).status is dg.DagsterRunStatus.FAILURE
    assert dead_runs(instance) == []
    (told,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(failure["what"], failure["cause"]) for failure in told["failures"]] == [
        ("the run", "The run was killed: its process is gone.")
    ]
    assert told["what_to_do"] == ["Run again: the next run finishes what this one began"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Could not convert string 'Ann Li' to INT32", "Could not convert string '…' to INT32"),
        ("duplicate key 'ann@example.com'", "duplicate key '…'"),
        ("Conflicting lock is held (PID 12)", "Conflicting lock is held (PID 12)"),
    ],
)
def test_no_value_of_a_person_is_told(text: str, expected: str) -> None:
    assert without_personal_values(text) == expected


def test_who_holds_the_working_database_is_told(home: WarehouseHome) -> None:
    with duckdb.connect(str(home.working_database)):
        script = f"import duckdb; duckdb.connect({str(home.working_database)!r})"
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr
    assert broken_step("step land_files", told).remedy == (
        f"Process {os.getpid()} has the working database open: end it, then run again"
    )
