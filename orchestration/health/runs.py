"""The log of runs beside the landed tables: begun, told with checks and volumes, closed.

A run is told before its release is written, so that the release tells of the run that made it. Whatever ends a run
otherwise, a failure or a kill, is in the log as well, and in the next release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectations.contract import load_contract
from orchestration.health.volumes import mart_volumes, raw_volumes
from orchestration.landing.ledger import prepare_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from orchestration.health.checks import CheckResult
    from orchestration.health.volumes import TableVolume
    from orchestration.home import WarehouseHome
    from orchestration.publishing.release import Manifest

PUBLISHED, UNCHANGED, PARTIAL, FAILED, INTERRUPTED = "published", "unchanged", "partial", "failed", "interrupted"
BUILT = (PUBLISHED, UNCHANGED)
PHASES = ("landing", "building", "fitting", "auditing")

_BEGIN = """
    insert into landing.recorded_runs (run_id, run_number, started_at, engine, code_version, is_closed)
    select $1, coalesce(max(run_number), 0) + 1, timezone('UTC', now()), $2, $3, false from landing.recorded_runs
    having count(*) filter (run_id = $1) = 0
"""
_OPEN = "select run_id, release_id, outcome from landing.recorded_runs where not is_closed"
_CLOSE = "update landing.recorded_runs set outcome = $2, is_closed = true where run_id = $1"
_TELL = f"""
    update landing.recorded_runs set
        outcome = $2, failed_step = $3, release_id = $4, as_of = $5::timestamp, known_at = $6::timestamp,
        is_looking_back = $7, {", ".join(f"{phase}_seconds = ${8 + place}" for place, phase in enumerate(PHASES))},
        ended_at = timezone('UTC', now()),
        landed_files_count = files.landed_files, refused_files_count = files.refused_files,
        landed_rows_count = files.landed_rows, quarantined_rows_count = files.quarantined_rows
    from (
        select
            count(*) filter (status = 'landed') as landed_files,
            count(*) filter (status = 'refused') as refused_files,
            coalesce(sum(landed_count), 0) as landed_rows,
            coalesce(sum(quarantined_count), 0) as quarantined_rows
        from landing.files
        where loaded_at >= (select started_at from landing.recorded_runs where run_id = $1)
    ) as files
    where run_id = $1
"""


@dataclass(frozen=True)
class RunReport:
    """What a run has done so far.

    Attributes:
        run_id: its id, the same as Dagster's.
        checks: what its checks found.
        seconds_by_phase: how long each of its phases took.
        failed_step: the first step that failed; None where none has.
        is_stopped: whether somebody stopped it while a step was under way.
    """

    run_id: str
    checks: tuple[CheckResult, ...] = ()
    seconds_by_phase: dict[str, float] = field(default_factory=dict)
    failed_step: str | None = None
    is_stopped: bool = False

    @property
    def outcome(self) -> str:
        """How it ended, where it came to no publication."""
        return FAILED if self.failed_step else INTERRUPTED if self.is_stopped else PARTIAL


def begin_run(
    connection: duckdb.DuckDBPyConnection, home: WarehouseHome, run_id: str, *, engine: str, code_version: str
) -> None:
    """Note that a run has begun; close those before it that were killed."""
    prepare_tables(connection, load_contract())
    for open_id, release_id, outcome in connection.execute(_OPEN).fetchall():
        is_shown = outcome == UNCHANGED or (release_id is not None and (home.releases / release_id).exists())
        connection.execute(_CLOSE, [open_id, outcome if is_shown else INTERRUPTED])
    connection.execute(_BEGIN, [run_id, engine, code_version])


def tell_run(
    connection: duckdb.DuckDBPyConnection, report: RunReport, outcome: str, manifest: Manifest | None = None
) -> None:
    """Record what a run has done, all or nothing; what was told of it before is replaced.

    Args:
        connection: an open connection to the working database.
        report: the run.
        outcome: how it ends.
        manifest: what it has built; None where it did not come so far.
    """
    is_looking_back = manifest is not None and bool(manifest.requested_as_of or manifest.requested_known_at)
    told = [
        report.run_id,
        outcome,
        report.failed_step,
        manifest.release_id if manifest and outcome == PUBLISHED else None,
        manifest.as_of if manifest else None,
        manifest.known_at if manifest else None,
        is_looking_back,
        *(report.seconds_by_phase.get(phase) for phase in PHASES),
    ]
    volumes = [*raw_volumes(connection), *(mart_volumes(connection) if outcome in BUILT else [])]
    connection.begin()
    try:
        noted = connection.execute(_TELL, told).fetchone()
        if noted and noted[0]:  # else its beginning could not be noted, and rows without a run would be strays
            _replace(connection, "recorded_checks", report.run_id, _check_rows(report))
            _replace(connection, "recorded_tables", report.run_id, _table_rows(report.run_id, volumes))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def end_run(connection: duckdb.DuckDBPyConnection, report: RunReport) -> None:
    """Close a run; one that did not come to its publication, or failed there, is told now."""
    row = connection.execute("select outcome from landing.recorded_runs where run_id = $1", [report.run_id]).fetchone()
    outcome = row[0] if row else None
    if outcome == PUBLISHED and report.is_stopped:
        return  # before or after its release was shown: the next run settles it, as of one that was killed
    if outcome is None or report.failed_step:
        outcome = report.outcome
        tell_run(connection, report, outcome)
    connection.execute(_CLOSE, [report.run_id, outcome])


def _check_rows(report: RunReport) -> list[tuple[object, ...]]:
    return [
        (
            report.run_id,
            check.layer,
            check.table,
            check.name,
            check.kind,
            check.owner_team,
            check.severity,
            check.outcome,
            check.figure,
            check.at_least,
            check.at_most,
            check.judged_rows_count,
        )
        for check in report.checks
    ]


def _table_rows(run_id: str, volumes: Sequence[TableVolume]) -> list[tuple[object, ...]]:
    return [(run_id, *vars(volume).values()) for volume in volumes]


def _replace(
    connection: duckdb.DuckDBPyConnection, table: str, run_id: str, rows: Sequence[tuple[object, ...]]
) -> None:
    import pyarrow as pa

    connection.execute(f"delete from landing.{table} where run_id = $1", [run_id])
    if not rows:
        return
    columns = [f"c{place}" for place in range(len(rows[0]))]
    connection.register("_rows", pa.table([pa.array(values) for values in zip(*rows, strict=True)], names=columns))
    connection.execute(f"insert into landing.{table} select * from _rows")
    connection.unregister("_rows")
