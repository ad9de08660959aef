"""The main job, run in this process: what `lifecycle run` calls, and what it tells afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
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
    told,
)
from orchestration.publishing.fingerprint import code_version, input_fingerprint
from orchestration.publishing.recording import unrecorded_number
from orchestration.publishing.release import Manifest, current_manifest, withdrawn_fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import dagster as dg

    from orchestration.alerting.alert import Alert
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
    alert: Alert | None = None


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
            is_unrecorded = unrecorded_number(connection, manifest) is not None
    except duckdb.Error:  # a run is writing it, or was killed before it wrote anything
        return None
    if not {(file.hash, file.mapping.name) for file in files} <= set(tried):
        return None
    if fingerprint == manifest.input_fingerprint:
        rest = "Nothing new: no new file, same models, same dictionary. Nothing was changed."
        return None if is_unrecorded else rest  # unrecorded when a run was killed right after showing it
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
        with logged_to(log_path):
            return _execute(request, progress, log_path)
    except Exception as error:  # not of a step: Dagster's own disk, the log itself, a fault of the definitions
        with contextlib.suppress(Exception):  # who cannot be told must not hide what went wrong
            _alert_broken_off(request, error, log_path)
        raise ObstacleError(f"The run broke off: {told(error)} The whole log: {log_path}") from error


@contextlib.contextmanager
def logged_to(log_path: Path) -> Iterator[None]:
    """Write what is printed meanwhile into a file, and the error that ends it."""
    with (
        log_path.open("w", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        try:
            yield
        except Exception:
            with contextlib.suppress(OSError):
                traceback.print_exc()
            raise


def _execute(request: RefreshRequest, progress: Callable[[str], None], log_path: Path) -> RefreshResult:
    from orchestration.defs.alerts import LOG_FILE
    from orchestration.defs.automation import JOB_NAME

    with opened_instance(request.home) as instance:  # first, for it tells at once whether the disk takes anything
        job = _definitions(request, progress).resolve_job_def(JOB_NAME)
        result = job.execute_in_process(instance=instance, raise_on_error=False, tags={LOG_FILE: str(log_path)})
        return _told(request, result, instance)


def _definitions(request: RefreshRequest, progress: Callable[[str], None]) -> dg.Definitions:
    import dagster

    from orchestration.definitions import build_definitions
    from orchestration.defs.resources import (
        Backfills,
        LandingFolder,
        Progress,
        Warehouse,
        alerts_resource,
        dbt_resource,
    )

    mapping = str(request.mapping_file) if request.mapping_file else None
    return build_definitions(
        {
            "warehouse": Warehouse(
                home_folder=str(request.home.folder),
                engine=request.engine,
                as_of=request.as_of,
                known_at=request.known_at,
            ),
            "backfills": Backfills(home_folder=str(request.home.folder)),
            "landing_folder": LandingFolder(path=str(request.landing_folder), mapping_file=mapping),
            "dbt": dbt_resource(),
            "alerts": alerts_resource(request.home.folder, request.engine),
            "progress": dagster.ResourceDefinition.hardcoded_resource(Progress(progress)),
        }
    )


def opened_instance(home: WarehouseHome) -> dg.DagsterInstance:
    """Open Dagster's instance; its tables are made at the first opening, which two runs must not do at once."""
    import dagster
    from filelock import FileLock

    with FileLock(home.dagster_folder / "opening.lock"):
        instance = dagster.DagsterInstance.get()
        instance.all_asset_keys()
    return instance


def _told(request: RefreshRequest, result: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> RefreshResult:
    from orchestration.defs.alerts import TOLD
    from orchestration.defs.resources import alerts_resource

    landing: dict[str, Any] = {}
    for event in result.get_asset_materialization_events():
        if event.asset_key and event.asset_key.path == ["landing", "files"]:
            landing = {name: value.value for name, value in event.materialization.metadata.items()}
    manifest = current_manifest(request.home)
    checks = result.get_asset_check_evaluations()
    if result.success and all(check.passed or check.severity.value != "ERROR" for check in checks):
        return RefreshResult(is_published=True, manifest=manifest, landing=landing)
    alerts = alerts_resource(request.home.folder, request.engine).process_config_and_initialize()
    run = instance.get_run_by_id(result.run_id)
    is_told = run is not None and TOLD in run.tags  # by the hook of the step that failed
    alert = alerts.alert_of(instance, result.run_id) if is_told else alerts.tell_of(instance, result.run_id)
    return RefreshResult(is_published=False, manifest=manifest, landing=landing, alert=alert)


def _alert_broken_off(request: RefreshRequest, error: Exception, log_path: Path) -> None:
    from orchestration.alerting.alert import new_alert
    from orchestration.alerting.failures import broken_step
    from orchestration.defs.resources import alerts_resource

    failure = broken_step("the run", f"{type(error).__name__}: {error}")
    alert = new_alert(request.home, None, (failure,), log=str(log_path), began=time.time())
    alerts_resource(request.home.folder, request.engine).process_config_and_initialize().tell(alert)
