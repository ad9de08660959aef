"""The job that keeps months, run in this process month by month: what `lifecycle backfill` calls."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.obstacles import ObstacleError, check_working_database, told
from orchestration.publishing.months import ENGINE, kept_manifest, months_between
from orchestration.publishing.release import Manifest, current_manifest
from orchestration.refresh import logged_to, opened_instance, prepare_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import dagster as dg

    from orchestration.alerting.alert import Alert
    from orchestration.home import WarehouseHome


@dataclass(frozen=True)
class MonthResult:
    """What became of a month: kept anew, kept before by the same inputs, or neither and why."""

    month: str
    manifest: Manifest | None
    is_new: bool = False
    alert: Alert | None = None


def backfill(
    home: WarehouseHome, first: str, last: str | None, known_at: str | None, progress: Callable[[str], None]
) -> Iterator[MonthResult]:
    """Keep each month from one to another, or to the last that is over; the first one that fails is the last.

    Args:
        home: the warehouse.
        first: such as `2025-03`.
        last: such as `2025-03`.
        known_at: nothing loaded after this instant is known.
        progress: called with a line for each step.

    Raises:
        MonthError: not all of them can be told.
        ObstacleError: the working database cannot be read, or a run broke off.
    """
    check_working_database(home)
    months = months_between(home, first, last)
    runs = _MonthRuns(home, known_at, progress)
    for month in months:
        kept = kept_manifest(home, month, known_at)
        result = MonthResult(month, kept) if kept else runs.keep(month)
        yield result
        if result.alert:
            return


class _MonthRuns:
    """Runs of the job, one after the other."""

    def __init__(self, home: WarehouseHome, known_at: str | None, progress: Callable[[str], None]) -> None:
        self.home = home
        self.known_at = known_at
        self.progress = progress
        self.log_path = home.folder / "last_backfill.log"

    def keep(self, month: str) -> MonthResult:
        """Run the job for a month."""
        self.progress(f"{month}: starting")
        prepare_environment(self.home)
        try:
            with logged_to(self.log_path), opened_instance(self.home) as instance:
                return self._run(month, instance)
        except Exception as error:  # not of a step: Dagster's own disk, the log itself, a fault of the definitions
            raise ObstacleError(f"{month} broke off: {told(error)} The whole log: {self.log_path}") from error

    def _run(self, month: str, instance: dg.DagsterInstance) -> MonthResult:
        from orchestration.defs.alerts import LOG_FILE
        from orchestration.defs.months import JOB_NAME
        from orchestration.defs.resources import alerts_resource

        done = (
            self._definitions(month)
            .resolve_job_def(JOB_NAME)
            .execute_in_process(
                partition_key=month, instance=instance, raise_on_error=False, tags={LOG_FILE: str(self.log_path)}
            )
        )
        if done.success:
            return MonthResult(month, current_manifest(self.home.month(month)), is_new=True)
        alerts = alerts_resource(self.home.folder, ENGINE).process_config_and_initialize()
        return MonthResult(month, None, alert=alerts.alert_of(instance, done.run_id))  # the hook has told it

    def _definitions(self, month: str) -> dg.Definitions:
        import dagster

        from orchestration.definitions import build_definitions
        from orchestration.defs.resources import Backfills, Progress, default_resources

        os.environ["LIFECYCLE_HOME"] = str(self.home.folder)
        spoken = Progress(lambda text: self.progress(f"{month}: {text}"))
        return build_definitions(
            {
                **default_resources(),
                "backfills": Backfills(home_folder=str(self.home.folder), known_at=self.known_at),
                "progress": dagster.ResourceDefinition.hardcoded_resource(spoken),
            }
        )
