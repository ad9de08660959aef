"""From what Dagster keeps of a run to the warehouse's own log of runs, which readers see.

Every check of a run, whoever makes it, is an event of Dagster, so the log is written from these alone.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt.dbt_manifest import validate_manifest

from expectations.contract import load_contract
from orchestration.health.checks import CheckResult
from orchestration.health.runs import RunReport, begin_run, end_run
from orchestration.home import WarehouseHome
from orchestration.publishing.fingerprint import code_version

PHASES_OF_STEPS = {"land": "landing", "build": "building", "fitted": "fitting", "audit": "auditing"}
FIGURES = ("figure", "rows_quarantined", "dagster_dbt/failed_row_count")
NO_ROW = 0  # may break a promise or a test of dbt
BROKE = {"error", "runtime error"}  # what dbt calls a test that could not be asked
DEFAULT_OWNER = "operations"


def figure_metadata(value: float | None, at_least: float | None, at_most: float | None) -> dict[str, float]:
    """Return what a check tells of its figure, as `run_report` reads it."""
    told = {"figure": value, "at_least": at_least, "at_most": at_most}
    return {name: float(number) for name, number in told.items() if number is not None}


@contextlib.contextmanager
def recorded_run(home: WarehouseHome, engine: str, context: dg.InitResourceContext) -> Iterator[None]:
    """Keep a run in the warehouse's log, however it ends; a log that cannot be written fails no run."""
    if context.run is None or context.instance is None:
        yield
        return
    with _told_in_the_log(context), duckdb.connect(str(home.working_database)) as connection:
        begin_run(connection, home, context.run.run_id, engine=engine, code_version=code_version())
    try:
        yield
    finally:
        with _told_in_the_log(context), duckdb.connect(str(home.working_database)) as connection:
            end_run(connection, run_report(context.instance, context.run.run_id))


@contextlib.contextmanager
def _told_in_the_log(context: dg.InitResourceContext) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        if context.log:
            context.log.warning(f"the log of runs could not be written: {error}")


def run_report(instance: dg.DagsterInstance, run_id: str) -> RunReport:
    """Return what a run has done so far."""
    seconds: Counter[str] = Counter()
    for step in instance.get_run_step_stats(run_id):
        phase = PHASES_OF_STEPS.get(step.step_key.partition("_")[0])
        if phase and step.start_time and step.end_time:
            seconds[phase] += step.end_time - step.start_time
    failures = [
        event.dagster_event
        for event in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        if event.dagster_event
    ]
    failed_steps = [failure.step_key for failure in failures if not _is_stopped(failure)]
    return RunReport(
        run_id,
        _checks(instance, run_id),
        dict(seconds),
        failed_step=failed_steps[0] if failed_steps else None,
        is_stopped=any(map(_is_stopped, failures)),
    )


def _is_stopped(failure: dg.DagsterEvent) -> bool:
    error = failure.step_failure_data.error
    return error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__


def _checks(instance: dg.DagsterInstance, run_id: str) -> tuple[CheckResult, ...]:
    owners = _owners_of_models()
    events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [event.dagster_event.asset_check_evaluation_data for event in events if event.dagster_event]
    # of a step that was tried again the last result counts
    last = {(evaluation.asset_key, evaluation.check_name): evaluation for evaluation in evaluations}
    return tuple(check_result(evaluation, owners) for evaluation in last.values())


def check_result(evaluation: dg.AssetCheckEvaluation, owners: Mapping[str, str]) -> CheckResult:
    """Return what a check of Dagster found."""
    layer, *names = evaluation.asset_key.path
    table = ".".join(names)
    told = {name: value.value for name, value in evaluation.metadata.items()}
    figure = next((float(told[name]) for name in FIGURES if name in told), None)
    counts_rows = "figure" not in told and figure is not None
    outcome = "passed" if evaluation.passed else "not_judged" if told.get("status") in BROKE else "failed"
    return CheckResult(
        layer,
        table,
        evaluation.check_name,
        _owner(layer, table, owners),
        evaluation.severity.value.lower(),
        outcome,
        None if outcome == "not_judged" else figure,
        told.get("at_least"),
        NO_ROW if counts_rows else told.get("at_most"),
        told.get("rows_judged"),
    )


def _owner(layer: str, table: str, owners: Mapping[str, str]) -> str:
    sources = load_contract().source_owners
    source = table.removeprefix("stg_").replace("__", ".").partition(".")[0]
    return sources.get(source, DEFAULT_OWNER) if layer in ("raw", "staging") else owners.get(table, DEFAULT_OWNER)


def _owners_of_models() -> dict[str, str]:
    from orchestration.defs.transformation import prepared_project  # which needs the resources, which need this

    nodes: Mapping[str, Any] = validate_manifest(prepared_project().manifest_path)["nodes"]
    return {node["name"]: node["group"] for node in nodes.values() if node.get("group")}
