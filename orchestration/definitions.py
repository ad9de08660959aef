"""The Dagster code location: loads the parts, nothing else."""

from __future__ import annotations

from typing import Any

import dagster as dg

from orchestration.defs.alerts import failure_sensor, killed_runs_sensor
from orchestration.defs.automation import daily_schedule, landing_sensor, refresh_job
from orchestration.defs.fitting import buying_models_asset, churn_models_asset
from orchestration.defs.landing import landing_asset
from orchestration.defs.months import backfill_job, months_asset
from orchestration.defs.publication import audit_check, mart_keys, release_asset
from orchestration.defs.resources import default_resources
from orchestration.defs.transformation import transformation_assets


def build_definitions(resources: dict[str, Any] | None = None) -> dg.Definitions:
    """Assemble the definitions; `resources` replaces the ones of the environment."""
    resources = resources or default_resources()
    models = transformation_assets()
    marts = [mart for part in models for mart in mart_keys(part)]
    fitted = [buying_models_asset(), churn_models_asset()]
    jobs = [refresh_job(), backfill_job()]
    return dg.Definitions(
        assets=[landing_asset(), *models, *fitted, release_asset(marts), months_asset(resources["backfills"].home)],
        asset_checks=[audit_check(part) for part in models],
        jobs=jobs,
        schedules=[daily_schedule()],
        sensors=[landing_sensor(), killed_runs_sensor(), failure_sensor(*jobs)],
        resources=resources,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions that `dagster dev` shows."""
    return build_definitions()
