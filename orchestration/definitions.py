"""The Dagster code location: loads the parts, nothing else."""

from __future__ import annotations

import dagster as dg

from orchestration.defs.alerts import failure_sensor, killed_runs_sensor
from orchestration.defs.automation import daily_schedule, landing_sensor, refresh_job
from orchestration.defs.fitting import buying_models_asset, churn_models_asset
from orchestration.defs.landing import landing_asset
from orchestration.defs.publication import audit_check, mart_keys, release_asset
from orchestration.defs.resources import default_resources
from orchestration.defs.transformation import transformation_assets


def build_definitions(resources: dict[str, object] | None = None) -> dg.Definitions:
    """Assemble the definitions; `resources` replaces the ones of the environment."""
    models = transformation_assets()
    marts = [mart for part in models for mart in mart_keys(part)]
    job = refresh_job()
    return dg.Definitions(
        assets=[landing_asset(), *models, buying_models_asset(), churn_models_asset(), release_asset(marts)],
        asset_checks=[audit_check(part) for part in models],
        jobs=[job],
        schedules=[daily_schedule()],
        sensors=[landing_sensor(), killed_runs_sensor(), failure_sensor(job)],
        resources=resources or default_resources(),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions that `dagster dev` shows."""
    return build_definitions()
