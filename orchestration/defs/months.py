"""The marts as of the end of each month, as one asset with a partition a month, and the job that fills it.

It lands nothing and shows readers nothing new: a month is built and audited as a release is, in a database of its own.
"""

from datetime import date

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource

from expectations.contract import load_contract
from orchestration.defs.alerts import failure_hook
from orchestration.defs.landing import raw_key
from orchestration.defs.publication import new_manifest
from orchestration.defs.resources import Backfills, Progress, dbt_for
from orchestration.defs.transformation import (
    BUILD,
    PROMISED_BY_THE_DICTIONARY,
    READS_WHAT_IS_FITTED,
    VIEWS_OF_RUNS,
    demand_sound_dictionary,
    followed,
)
from orchestration.fitting.buying_models import refit_buying_models
from orchestration.fitting.churn_models import refit_churn_models
from orchestration.home import DICTIONARY_FOLDER, MonthHome, WarehouseHome
from orchestration.publishing.audit import audit_marts
from orchestration.publishing.months import (
    ENGINE,
    MONTH,
    copy_landed,
    end_of,
    kept_manifest,
    remove_built,
    span_of_months,
)
from orchestration.publishing.release import Manifest, tidy, write_release

JOB_NAME = "backfill_months"
MONTHS_KEY = dg.AssetKey(["published", "months"])
NOTHING_FITTED = ("--exclude", f"{READS_WHAT_IS_FITTED} {PROMISED_BY_THE_DICTIONARY} {VIEWS_OF_RUNS}")
NO_MONTH = date(2000, 1, 1)  # from here to here there is none
ON_WHAT_IS_FITTED = ("--select", READS_WHAT_IS_FITTED)


def month_partitions(home: WarehouseHome) -> dg.MonthlyPartitionsDefinition:
    """Return the months that are over by what readers see; none where they see nothing, or it cannot be read."""
    try:
        span = span_of_months(home)
    except (OSError, duckdb.Error):
        span = None
    first, end = span or (NO_MONTH, NO_MONTH)
    return dg.MonthlyPartitionsDefinition(start_date=f"{first:{MONTH}}", end_date=f"{end:{MONTH}}", fmt=MONTH)


def months_asset(home: WarehouseHome) -> dg.AssetsDefinition:
    """Return the asset that holds the kept months."""

    @dg.asset(
        key=MONTHS_KEY,
        deps=[raw_key(table) for table in load_contract().tables.values()],
        partitions_def=month_partitions(home),
        group_name="published",
        pool="working_database",
        kinds={"duckdb", "parquet"},
    )
    def months(
        context: dg.AssetExecutionContext,
        backfills: Backfills,
        dbt: DbtCliResource,
        progress: dg.ResourceParam[Progress],
    ) -> dg.MaterializeResult:
        """The marts as of the end of a month, each month a release of its own beside the one that readers see."""
        home, month = backfills.home, context.partition_key
        for place in home.kept_months():
            tidy(place)
        kept = kept_manifest(home, month, backfills.known_at)
        manifest = kept or keep_month(home, month, backfills.known_at, dbt, progress)
        rows = sum(table.rows_count for table in manifest.tables.values())
        return dg.MaterializeResult(
            metadata={"release_id": manifest.release_id, "is_built": kept is None, "dagster/row_count": rows}
        )

    return months


def keep_month(
    home: WarehouseHome, month: str, known_at: str | None, dbt: DbtCliResource, progress: Progress
) -> Manifest:
    """Build a month, audit it and put it in the place of the one that was kept before.

    Raises:
        dg.Failure: what was built does not hold; the month stays as it was.
    """
    demand_sound_dictionary(DICTIONARY_FOLDER)
    place = home.month(month)
    progress("copying what was landed")
    copy_landed(home, place, end_of(month), known_at)
    _call_dbt(dbt, home, place, NOTHING_FITTED, progress)
    progress("fitting the models of buying and of churn risk")
    with duckdb.connect(str(place.working_database)) as connection:
        refit_buying_models(connection)
        refit_churn_models(connection)
    _call_dbt(dbt, home, place, ON_WHAT_IS_FITTED, progress)
    progress("auditing the marts")
    _demand_sound_marts(place)
    progress("keeping the month")
    with duckdb.connect(str(place.working_database), read_only=True) as connection:
        manifest = new_manifest(connection, place, ENGINE, end_of(month), known_at)
    manifest = write_release(place, manifest, {})
    remove_built(place)
    return manifest


def _call_dbt(
    dbt: DbtCliResource, home: WarehouseHome, place: MonthHome, part: tuple[str, ...], progress: Progress
) -> None:
    with dbt_for(place.working_database):
        invocation = dbt.cli([*BUILD, "--target", ENGINE, *part], target_path=place.dbt_target(ENGINE))
    for _ in followed(invocation, home, progress):
        pass


def _demand_sound_marts(place: MonthHome) -> None:
    broken = [outcome for outcome in audit_marts(place) if outcome.rule.is_blocking and not outcome.is_met]
    if broken:
        told = ", ".join(f"marts/{outcome.table}: {outcome.rule.name}, {outcome.value:g}" for outcome in broken)
        raise dg.Failure(f"The month was not kept, for its audit failed: {told}", allow_retries=False)


def backfill_job():  # noqa: ANN201  Dagster does not export the type
    """Return the job that keeps a month."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.assets(MONTHS_KEY),
        executor_def=dg.in_process_executor,
        hooks={failure_hook()},
        description="Build the marts as of the end of a month, audit them, keep them beside the release.",
    )
