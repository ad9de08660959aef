"""The audit of the built marts, and the publication that it guards."""

from collections.abc import Iterator, Sequence

import dagster as dg
import duckdb

from expectations.published import PUBLISHED_RULES
from orchestration.defs.resources import Progress, Warehouse
from orchestration.publishing.audit import audit_marts, build_clocks
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


def mart_keys(models: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Return the asset keys of the marts in a part of the build."""
    return sorted(key for key in models.keys if key.path[0] == MARTS_SCHEMA)


def audit_check(models: dg.AssetsDefinition) -> dg.AssetChecksDefinition:
    """Return the checks of the marts of a part of the build; what follows stops when one fails."""
    marts = mart_keys(models)
    tables = [mart.path[-1] for mart in marts]
    specs = [
        dg.AssetCheckSpec(rule.name, asset=mart, description=rule.meaning, blocking=True)
        for mart in marts
        for rule in PUBLISHED_RULES
    ]

    @dg.multi_asset_check(name=f"audit_{models.op.name}", specs=specs, pool="working_database")
    def audit(warehouse: Warehouse, progress: dg.ResourceParam[Progress]) -> Iterator[dg.AssetCheckResult]:
        progress("auditing the marts")
        for outcome in audit_marts(warehouse.home, tables):
            yield dg.AssetCheckResult(
                passed=outcome.is_met,
                asset_key=dg.AssetKey([MARTS_SCHEMA, outcome.table]),
                check_name=outcome.rule.name,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"value": -1.0 if outcome.value is None else float(outcome.value)},
            )

    return audit


def release_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that publishes the marts."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=list(marts),
        group_name="published",
        pool="working_database",
        kinds={"duckdb", "parquet"},
    )
    def release(warehouse: Warehouse, progress: dg.ResourceParam[Progress]) -> dg.MaterializeResult:
        """The file that readers open, with Parquet, a manifest and the data docs beside it."""
        progress("publishing")
        manifest = publish(warehouse)
        rows = sum(table.rows_count for table in manifest.tables.values())
        return dg.MaterializeResult(metadata={"release_id": manifest.release_id, "dagster/row_count": rows})

    return release


def publish(warehouse: Warehouse) -> Manifest:
    """Show readers what is in the working database, unless they see it already or were led away from it; record it."""
    with duckdb.connect(str(warehouse.home.working_database), read_only=True) as connection:
        manifest = new_manifest(connection, warehouse)
        shown = current_manifest(warehouse.home)
        if shown and manifest.input_fingerprint in withdrawn_fingerprints(warehouse.home):
            return shown
        pages = {"data_docs.html": render_data_docs(connection, manifest)}
    if shown is None or shown.input_fingerprint != manifest.input_fingerprint:
        shown = write_release(warehouse.home, manifest, pages)
    else:
        tidy(warehouse.home)
    with duckdb.connect(str(warehouse.home.working_database)) as connection:
        record_publication(connection, shown)
    return shown


def new_manifest(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> Manifest:
    """Return the manifest of the release to come, without its tables."""
    as_of, known_at = build_clocks(connection)
    code = code_version()
    fingerprint = input_fingerprint(connection, warehouse.engine, code, warehouse.as_of, warehouse.known_at)
    now = next_release_instant(warehouse.home)
    rules = connection.execute("select lifecycle_id || '.' || rule_id, rule_version from dictionary.stage_rules")
    return Manifest(
        release_id=f"{now:{RELEASE_INSTANT}}-{fingerprint[:8]}",
        published_at=now.isoformat(timespec="seconds"),
        as_of=as_of,
        known_at=known_at,
        input_fingerprint=fingerprint,
        code_version=code,
        engine=warehouse.engine.release,
        requested_as_of=warehouse.as_of,
        requested_known_at=warehouse.known_at,
        rule_versions=dict(rules.fetchall()),
    )
