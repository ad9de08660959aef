"""The main job, run in this process: what `lifecycle run` calls, and what it tells afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.contract import load_contract
from orchestration.engine import Engine
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.landing.loading import find_files
from orchestration.obstacles import (
    ObstacleError,
    check_landing_folder,
    check_working_database,
    remedy_of,
    told,
)
from orchestration.publishing.fingerprint import code_version, input_fingerprint
from orchestration.publishing.release import Manifest, current_manifest, withdrawn_fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import dagster as dg

    from orchestration.landing.mapping import FileMapping

_TRIED = """
    select content_hash, mapping_name from landing.files
    where message not like '%while it was read%' and message not like '%cannot be opened%'
"""


@dataclass(frozen=True)
class RefreshRequest:
    """What a run is asked to do."""

    home: WarehouseHome
    landing_folder: Path
    mapping_file: Path | None = None
    as_of: str | None = None
    known_at: str | None = None
    engine: Engine = Engine.DUCKDB


@dataclass(frozen=True)
class RefreshResult:
    """What a run did."""

    is_published: bool
    manifest: Manifest | None
    landing: dict[str, Any] = field(default_factory=dict)
    failures: tuple[str, ...] = ()


def reason_to_rest(request: RefreshRequest, mappings: tuple[FileMapping, ...]) -> str | None:
    """Return why a run would change nothing, or None when there is work to do."""
    manifest = current_manifest(request.home)
    if manifest is None or not request.home.working_database.exists():
        return None
    files, _ = find_files(request.landing_folder, mappings, load_contract())
    try:
        with duckdb.connect(str(request.home.working_database), read_only=True) as connection:
            tried = connection.execute(_TRIED).fetchall()
            fingerprint = input_fingerprint(connection, request.engine, code_version(), request.as_of, request.known_at)
    except duckdb.Error:  # a run is writing it, or was killed before it wrote anything
        return None
    if not {(file.hash, file.mapping.name) for file in files} <= set(tried):
        return None
    if fingerprint == manifest.input_fingerprint:
        return "Nothing new: no new file, same models, same dictionary. Nothing was changed."
    withdrawn = withdrawn_fingerprints(request.home).get(fingerprint)
    if withdrawn:
        return f"Nothing new since release {withdrawn}, which was rolled back; name it to `rollback` to show it again."
    return None


def check_places(request: RefreshRequest) -> None:
    """Make sure that what a run reads can be read.

    Raises:
        ObstacleError: the landing folder or the working database cannot.
    """
    check_landing_folder(request.landing_folder)
    check_working_database(request.home)


def prepare_environment(home: WarehouseHome) -> None:
    """Point Dagster and dbt at the warehouse, with telemetry off."""
    home.dagster_folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT_FOLDER / "orchestration" / "dagster.yaml", home.dagster_folder / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home.dagster_folder)
    os.environ["LIFECYCLE_DAGSTER_EVENTS"] = str(home.dagster_folder / "history" / "runs")
    os.environ["LIFECYCLE_WORKING_DATABASE"] = str(home.working_database)
    os.environ["LIFECYCLE_SPARK_FOLDER"] = str(home.spark_folder)
    os.environ.update(DAGSTER_DISABLE_TELEMETRY="yes", DO_NOT_TRACK="1", GX_ANALYTICS_ENABLED="false")


def refresh(request: RefreshRequest, progress: Callable[[str], None]) -> RefreshResult:
    """Run the whole job: land, build, test, audit, publish.

    Args:
        request: what to do.
        progress: called with a line for each step.

    Raises:
        ObstacleError: the run could not start, or could not be recorded.
        OSError: the warehouse's folder cannot be written.
    """
    progress("starting")
    request.home.folder.mkdir(parents=True, exist_ok=True)
    prepare_environment(request.home)
    log_path = request.home.folder / "last_run.log"
    try:
        with (
            log_path.open("w", encoding="utf-8") as log,
            contextlib.redirect_stdout(log),
            contextlib.redirect_stderr(log),
        ):
            result = _logged(request, progress)
    except Exception as error:  # of the log itself too, when the disk is full
        raise ObstacleError(f"The run broke off: {told(error)} The whole log: {log_path}") from error
    return _told(request, result)


def _logged(request: RefreshRequest, progress: Callable[[str], None]) -> dg.ExecuteInProcessResult:
    try:
        return _execute(request, progress)
    except Exception:
        with contextlib.suppress(OSError):
            traceback.print_exc()
        raise


def _execute(request: RefreshRequest, progress: Callable[[str], None]) -> dg.ExecuteInProcessResult:
    from orchestration.defs.automation import JOB_NAME

    with _opened_instance(request.home) as instance:  # first, for it tells at once whether the disk takes anything
        job = _definitions(request, progress).resolve_job_def(JOB_NAME)
        return job.execute_in_process(instance=instance, raise_on_error=False)


def _definitions(request: RefreshRequest, progress: Callable[[str], None]) -> dg.Definitions:
    import dagster

    from orchestration.definitions import build_definitions
    from orchestration.defs.resources import LandingFolder, Progress, Warehouse, dbt_resource

    mapping = str(request.mapping_file) if request.mapping_file else None
    return build_definitions(
        {
            "warehouse": Warehouse(
                home_folder=str(request.home.folder),
                engine=request.engine,
                as_of=request.as_of,
                known_at=request.known_at,
            ),
            "landing_folder": LandingFolder(path=str(request.landing_folder), mapping_file=mapping),
            "dbt": dbt_resource(),
            "progress": dagster.ResourceDefinition.hardcoded_resource(Progress(progress)),
        }
    )


def _opened_instance(home: WarehouseHome) -> dg.DagsterInstance:
    """Open Dagster's instance; its tables are made at the first opening, which two runs must not do at once."""
    import dagster
    from filelock import FileLock

    with FileLock(home.dagster_folder / "opening.lock"):
        instance = dagster.DagsterInstance.get()
        instance.all_asset_keys()
    return instance


def _told(request: RefreshRequest, result: dg.ExecuteInProcessResult) -> RefreshResult:
    landing: dict[str, Any] = {}
    for event in result.get_asset_materialization_events():
        if event.asset_key and event.asset_key.path == ["landing", "files"]:
            landing = {name: value.value for name, value in event.materialization.metadata.items()}
    failed_checks = tuple(
        f"{check.asset_key.to_user_string()}: {check.check_name}"
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity.value == "ERROR"
    )
    failed_steps = tuple(
        f"step {event.step_key}: {_first_cause(event)}" for event in result.all_events if event.is_step_failure
    )
    manifest = current_manifest(request.home)
    return RefreshResult(result.success and not failed_checks, manifest, landing, failed_checks + failed_steps)


def _first_cause(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error and error.cause:
        error = error.cause
    message = error.message.strip() if error else "unknown"
    remedy = remedy_of(message)
    return f"{message}\n  {remedy}." if remedy else message
