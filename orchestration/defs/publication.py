"""The audit of the built marts, and the publication that it guards."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg
import duckdb

from expectations.contract import load_contract
from expectations.delivered import delivered_rules
from expectations.published import PUBLISHED_RULES
from expectations.table_rules import TableOutcome, TableRule
from orchestration.defs.landing import raw_key
from orchestration.defs.resources import Progress, Warehouse
from orchestration.defs.run_history import figure_metadata, run_report
from orchestration.engine import Engine
from orchestration.health.runs import PUBLISHED, UNCHANGED, RunReport, tell_run
from orchestration.health.volumes import EVENTS
from orchestration.home import WarehouseHome
from orchestration.publishing.audit import audit_deliveries, audit_marts, build_clocks
from orchestration.publishing.data_docs import render_data_docs
from orchestration.publishing.fingerprint import code_version, input_fingerprint
from orchestration.publishing.recording import record_publication
from orchestration.publishing.release import (
    MARTS_SCHEMA,
    RELEASE_INSTANT,
    Manifest,
    current_manifest,
    next_release_instant,
    tidy,
    withdrawn_fingerprints,
    write_release,
)

RELEASE_KEY = dg.AssetKey(["published", "release"])
PUBLISHED_DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=48), warn_window=timedelta(hours=25))


def mart_keys(models: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Return the asset keys of the marts in a part of the build."""
    return sorted(key for key in models.keys if key.path[0] == MARTS_SCHEMA)


def audit_check(models: dg.AssetsDefinition) -> dg.AssetChecksDefinition:
    """Return the checks of the marts of a part of the build; what follows stops when one that blocks fails.

    What sources delivered is judged where the events are known, by which it is measured.
    """
    marts = mart_keys(models)
    tables = [mart.path[-1] for mart in marts]
    events_key = dg.AssetKey([MARTS_SCHEMA, EVENTS])
    specs = [_spec(rule, mart) for mart in marts for rule in PUBLISHED_RULES]
    if events_key in marts:
        specs += delivery_specs(events_key)

    @dg.multi_asset_check(name=f"audit_{models.op.name}", specs=specs, pool="working_database")
    def audit(warehouse: Warehouse, progress: dg.ResourceParam[Progress]) -> Iterator[dg.AssetCheckResult]:
        progress("auditing the marts")
        for outcome in audit_marts(warehouse.home, tables):
            yield _result(outcome, dg.AssetKey([MARTS_SCHEMA, outcome.table]))
        for outcome in audit_deliveries(warehouse.home) if events_key in marts else ():
            yield _result(outcome, raw_key(load_contract().tables[outcome.table]))

    return audit


def delivery_specs(events_key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the checks of what each source delivered; they wait for the events."""
    return [
        _spec(rule, raw_key(table), additional_deps=[events_key])
        for table in load_contract().tables.values()
        for rule in delivered_rules(table)
    ]


def _spec(rule: TableRule, asset: dg.AssetKey, additional_deps: Sequence[dg.AssetKey] = ()) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        rule.name, asset=asset, description=rule.meaning, blocking=rule.is_blocking, additional_deps=additional_deps
    )


def _result(outcome: TableOutcome, asset: dg.AssetKey) -> dg.AssetCheckResult:
    rule = outcome.rule
    return dg.AssetCheckResult(
        passed=outcome.is_met,
        asset_key=asset,
        check_name=rule.name,
        severity=dg.AssetCheckSeverity.ERROR if rule.is_blocking else dg.AssetCheckSeverity.WARN,
        metadata=figure_metadata(outcome.value, rule.at_least, rule.at_most),
    )


def release_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that publishes the marts."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=list(marts),
        group_name="published",
        pool="working_database",
        kinds={"duckdb", "parquet"},
        freshness_policy=PUBLISHED_DAILY,
    )
    def release(
        context: dg.AssetExecutionContext, warehouse: Warehouse, progress: dg.ResourceParam[Progress]
    ) -> dg.MaterializeResult:
        """The file that readers open, with Parquet, a manifest and the data docs beside it."""
        progress("publishing")
        manifest = publish(warehouse, run_report(context.instance, context.run_id))
        rows = sum(table.rows_count for table in manifest.tables.values())
        return dg.MaterializeResult(metadata={"release_id": manifest.release_id, "dagster/row_count": rows})

    return release


def publish(warehouse: Warehouse, run: RunReport | None = None) -> Manifest:
    """Show readers what is in the working database, unless they see it already or were led away from it; record it.

    Args:
        warehouse: the warehouse.
        run: what the run has done so far, which its release tells; None outside a run.
    """
    home = warehouse.home
    with duckdb.connect(str(home.working_database)) as connection:
        manifest = new_manifest(connection, home, warehouse.engine, warehouse.as_of, warehouse.known_at)
        shown = current_manifest(home)
        is_withdrawn = shown is not None and manifest.input_fingerprint in withdrawn_fingerprints(home)
        is_seen = shown is not None and shown.input_fingerprint == manifest.input_fingerprint
        if run:
            tell_run(connection, run, UNCHANGED if is_withdrawn or is_seen else PUBLISHED, manifest)
        pages = {"data_docs.html": render_data_docs(connection, manifest)}
    if shown is not None and is_withdrawn:
        return shown
    if shown is None or not is_seen:
        shown = write_release(home, manifest, pages)
    else:
        tidy(home)
    with duckdb.connect(str(home.working_database)) as connection:
        record_publication(connection, shown)
    return shown


def new_manifest(
    connection: duckdb.DuckDBPyConnection,
    home: WarehouseHome,
    engine: Engine,
    requested_as_of: str | None,
    requested_known_at: str | None,
) -> Manifest:
    """Return the manifest of the release to come, without its tables."""
    as_of, known_at = build_clocks(connection)
    code = code_version()
    fingerprint = input_fingerprint(connection, engine, code, requested_as_of, requested_known_at)
    now = next_release_instant(home)
    rules = connection.execute("select lifecycle_id || '.' || rule_id, rule_version from dictionary.stage_rules")
    return Manifest(
        release_id=f"{now:{RELEASE_INSTANT}}-{fingerprint[:8]}",
        published_at=now.isoformat(timespec="seconds"),
        as_of=as_of,
        known_at=known_at,
        input_fingerprint=fingerprint,
        code_version=code,
        engine=engine.release,
        requested_as_of=requested_as_of,
        requested_known_at=requested_known_at,
        rule_versions=dict(rules.fetchall()),
    )
