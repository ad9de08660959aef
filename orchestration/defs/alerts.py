"""Who tells of a failed run: a hook at each step that fails, sensors for runs that ended without a word."""

from __future__ import annotations

import sys
from pathlib import Path

import dagster as dg

from orchestration.alerting.alert import Alert, new_alert
from orchestration.alerting.destinations import Destinations
from orchestration.alerting.failures import FailedRun
from orchestration.engine import Engine
from orchestration.home import WarehouseHome
from orchestration.leftovers import dead_runs

TOLD = "lifecycle/told"  # a tag of the runs whose failure was told, so that it is told once
LOG_FILE = "lifecycle/log_file"  # a tag of the runs that write one
KILLED = "The run was killed: its process is gone."


class Alerts(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where the failures of a warehouse are told; on standard output always."""

    home_folder: str
    engine: Engine = Engine.DUCKDB
    file: str | None = None
    webhook: str | None = None

    @property
    def home(self) -> WarehouseHome:
        """The paths of the warehouse."""
        return WarehouseHome(Path(self.home_folder))

    def tell_of(self, instance: dg.DagsterInstance, run_id: str, step_key: str | None = None) -> Alert:
        """Tell what failed in a run, or in one step of it, and mark the run as told."""
        alert = self.alert_of(instance, run_id, step_key)
        self.tell(alert)
        instance.add_run_tags(run_id, {TOLD: "yes"})
        return alert

    def alert_of(self, instance: dg.DagsterInstance, run_id: str, step_key: str | None = None) -> Alert:
        """Return what is to be told of a run, or of one step of it."""
        failed, run = FailedRun(instance, run_id, self.home, self.engine), instance.get_run_by_id(run_id)
        log = run.tags.get(LOG_FILE) if run else None
        return new_alert(
            self.home, run_id, failed.failures(step_key), log=log or f"run {run_id} in Dagster", began=failed.began
        )

    def tell(self, alert: Alert) -> None:
        """Tell an alert."""
        problems = Destinations(self.file, self.webhook).send(alert)
        sys.stdout.write("\n".join([alert.text, *problems, ""]))
        sys.stdout.flush()


def failure_hook() -> dg.HookDefinition:
    """Return the hook that tells of a step that failed, in the process that ran it."""

    @dg.failure_hook(name="tell_of_failed_steps", required_resource_keys={"alerts"})
    def failed_steps(context: dg.HookContext) -> None:
        context.resources.alerts.tell_of(context.instance, context.run_id, context.step_key)

    return failed_steps


def failure_sensor(*jobs: object) -> dg.SensorDefinition:
    """Return the sensor that tells of a run that failed outside its steps."""

    @dg.run_failure_sensor(
        name="tell_of_failed_runs",
        monitored_jobs=[*jobs],
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def failed_runs(context: dg.RunFailureSensorContext, alerts: Alerts) -> dg.SkipReason | None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id)
        if run and TOLD in run.tags:
            return dg.SkipReason("told already")
        alerts.tell_of(context.instance, context.dagster_run.run_id)
        return None

    return failed_runs


def killed_runs_sensor() -> dg.SensorDefinition:
    """Return the sensor that marks runs whose process is gone as failed, so that they hold back no other, and tells."""

    @dg.sensor(name="notice_killed_runs", minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
    def killed_runs(context: dg.SensorEvaluationContext, alerts: Alerts) -> dg.SkipReason:
        dead = dead_runs(context.instance)
        for run in dead:
            context.instance.report_run_failed(run, KILLED)
            alerts.tell_of(context.instance, run.run_id)
        return dg.SkipReason(f"{len(dead)} killed runs" if dead else "no run was killed")

    return killed_runs
