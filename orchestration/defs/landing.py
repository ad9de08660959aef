"""The raw tables as assets, and a check for each promise of each source."""

from collections.abc import Iterator

import dagster as dg

from expectations.contract import Table, load_contract
from expectations.row_rules import row_rules
from orchestration.defs.resources import LandingFolder, Progress, Warehouse
from orchestration.landing.ledger import prepare_tables, request_build
from orchestration.landing.loading import land_folder
from orchestration.landing.refusal import listed, printable
from orchestration.landing.report import LandingReport
from orchestration.privacy.landing_files import ErasedReturns
from orchestration.publishing.fingerprint import models_version

FILES_KEY = dg.AssetKey(["landing", "files"])
REQUESTS_KEY = dg.AssetKey(["landing", "build_requests"])
NO_FILE_REFUSED = "no_file_refused"


def raw_key(table: Table) -> dg.AssetKey:
    """Return the asset key of a raw table, which dbt's source names too."""
    return dg.AssetKey(["raw", table.source, table.name])


def landing_specs() -> list[dg.AssetSpec]:
    """Return one asset for each table of the contract and for landing's own tables."""
    tables = [
        dg.AssetSpec(raw_key(table), group_name="raw", description=table.description, kinds={"duckdb"})
        for table in load_contract().tables.values()
    ]
    own = [
        dg.AssetSpec(FILES_KEY, group_name="landing", description="The ledger of files."),
        dg.AssetSpec(REQUESTS_KEY, group_name="landing", description="The two clocks of the next build."),
    ]
    return [*tables, *own]


def landing_check_specs() -> list[dg.AssetCheckSpec]:
    """Return one check for each promise of each table, and one for the files."""
    promises = [
        dg.AssetCheckSpec(rule.name, asset=raw_key(table), description=f"{rule.column}: no row {rule.reason}")
        for table in load_contract().tables.values()
        for rule in row_rules(table)
    ]
    return [*promises, dg.AssetCheckSpec(NO_FILE_REFUSED, asset=FILES_KEY)]


def landing_asset() -> dg.AssetsDefinition:
    """Return the asset that lands the landing folder."""

    @dg.multi_asset(
        name="land_files",
        specs=landing_specs(),
        check_specs=landing_check_specs(),
        pool="working_database",
    )
    def land_files(
        warehouse: Warehouse, landing_folder: LandingFolder, progress: dg.ResourceParam[Progress]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        with warehouse.connect() as connection:
            prepare_tables(connection, load_contract())
            returns = ErasedReturns(connection, warehouse.home)
            report = land_folder(
                connection, landing_folder.folder, landing_folder.mappings, returns=returns, progress=progress
            )
            request_build(connection, warehouse.as_of, warehouse.known_at, models_version())
        yield from table_results(report)
        yield from check_results(report)

    return land_files


def table_results(report: LandingReport) -> Iterator[dg.MaterializeResult]:
    """Yield what was landed into each table."""
    for table in load_contract().tables.values():
        rows = report.rows_by_table[table.id]
        yield dg.MaterializeResult(asset_key=raw_key(table), metadata={"dagster/row_count": rows})
    yield dg.MaterializeResult(asset_key=REQUESTS_KEY)
    yield dg.MaterializeResult(
        asset_key=FILES_KEY,
        metadata={
            "files_landed": len(report.with_status("landed")),
            "files_skipped": len(report.with_status("skipped")),
            "files_refused": len(report.with_status("refused")),
            "rows_landed": report.landed_rows_count,
            "rows_quarantined": report.quarantined_rows_count,
            "rows_erased_again": report.erased_rows_count,
            "refusals": [outcome.message for outcome in report.with_status("refused")],
            "unrecognised": list(report.unrecognised),
            "added_columns": [
                printable(f"{o.name}: {listed(o.added_columns)}") for o in report.files if o.added_columns
            ],
        },
    )


def check_results(report: LandingReport) -> Iterator[dg.AssetCheckResult]:
    """Yield the outcome of each promise: rows that break one are in quarantine, so it warns."""
    for table in load_contract().tables.values():
        for rule in row_rules(table):
            broken = report.broken_rows[table.id, rule.name]
            judged = report.judged_rows[table.id, rule.name]
            yield dg.AssetCheckResult(
                passed=not broken,
                asset_key=raw_key(table),
                check_name=rule.name,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"rows_judged": judged, "rows_quarantined": broken},
            )
    refused = report.with_status("refused")
    yield dg.AssetCheckResult(
        passed=not refused,
        asset_key=FILES_KEY,
        check_name=NO_FILE_REFUSED,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"refusals": [outcome.message for outcome in refused], "figure": len(refused), "at_most": 0},
    )
