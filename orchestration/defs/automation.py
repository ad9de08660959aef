"""When the warehouse runs by itself: once a day, and when a file arrives."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.defs.alerts import failure_hook
from orchestration.defs.months import MONTHS_KEY
from orchestration.defs.resources import LandingFolder

JOB_NAME = "refresh_warehouse"


def refresh_job():  # noqa: ANN201  Dagster does not export the type
    """Return the job from file to publication; one process, one writer."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(MONTHS_KEY),
        executor_def=dg.in_process_executor,
        hooks={failure_hook()},
        description="Land what is new, build and test the models, audit the marts, publish.",
    )


def daily_schedule() -> dg.ScheduleDefinition:
    """Return the schedule of an ordinary day: 05:00 UTC."""
    return dg.ScheduleDefinition(
        name="refresh_warehouse_daily", job_name=JOB_NAME, cron_schedule="0 5 * * *", execution_timezone="UTC"
    )


def landing_sensor() -> dg.SensorDefinition:
    """Return the sensor that starts the job when the landing folder has changed."""

    @dg.sensor(name="refresh_warehouse_on_new_files", job_name=JOB_NAME, minimum_interval_seconds=60)
    def new_files(
        context: dg.SensorEvaluationContext, landing_folder: LandingFolder
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        state = folder_state(landing_folder.folder)
        if state == context.cursor:
            yield dg.SkipReason("no file has arrived or changed")
            return
        context.update_cursor(state)
        yield dg.RunRequest(run_key=state)

    return new_files


def folder_state(folder: Path) -> str:
    """Return a text that changes when a file of the folder arrives, goes or changes its size or time."""
    parts = []
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # gone since the listing
            facts = path.stat()
            parts.append(f"{path.relative_to(folder)}:{facts.st_size}:{facts.st_mtime_ns}")
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
