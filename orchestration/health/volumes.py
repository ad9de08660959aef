"""How much is in each table, how much is usual there, and up to when each source has told anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from expectations.contract import load_contract
from orchestration.publishing.release import MARTS_SCHEMA, mart_names

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

RAW_LAYER = "raw"
MARTS_OF_RUNS = ("rpt_data_health", "rpt_run_history", "rpt_table_history")  # they tell of runs, and grow with each
EVENTS = "fct_customer_events"
REMEMBERED_RUNS = 10
FEWEST_RUNS = 3
FEWEST_ROWS = 20  # a handful doubles by chance

_USUAL = f"""
    with volumes as (
        select
            tables.layer,
            tables.table_name,
            coalesce(tables.arrived_rows_count, tables.rows_count) as volume,
            row_number() over (partition by tables.layer, tables.table_name order by runs.run_number desc) as place
        from landing.recorded_tables as tables
        inner join landing.recorded_runs as runs on tables.run_id = runs.run_id
        where runs.is_closed and not runs.is_looking_back and tables.arrived_rows_count is distinct from 0
    )
    select layer, table_name, median(volume)
    from volumes
    where place <= {REMEMBERED_RUNS}
    group by layer, table_name
    having count(*) >= {FEWEST_RUNS} and median(volume) >= {FEWEST_ROWS}
"""
_NEWEST_EVENTS = f"""
    select source_system || '.' || source_table, max(occurred_at) from {MARTS_SCHEMA}.{EVENTS} group by all
"""
_RUN_STARTED_AT = "select max(started_at) from landing.recorded_runs where not is_closed"


@dataclass(frozen=True)
class TableVolume:
    """One table at the end of a run.

    Attributes:
        layer: `raw` or `marts`.
        table: `crm.leads`, or the mart's name.
        rows_count: all rows that are there.
        arrived_rows_count: rows that this run has landed; None for marts.
        usual_rows_count: the median of the last runs, for raw tables of the deliveries that brought something; None
            where there were too few, or too few rows.
        newest_event_at: when the newest event happened of which a raw table tells; None where it tells of none.
        fresh_within_days: the source's promise; None where it gave none.
    """

    layer: str
    table: str
    rows_count: int
    arrived_rows_count: int | None = None
    usual_rows_count: float | None = None
    newest_event_at: datetime | None = None
    fresh_within_days: int | None = None

    @property
    def share_of_usual(self) -> float | None:
        """What arrived, or of a mart what is there, over what is usual."""
        volume = self.rows_count if self.arrived_rows_count is None else self.arrived_rows_count
        is_delivery_missing = self.arrived_rows_count == 0  # which is a matter of freshness
        return None if self.usual_rows_count is None or is_delivery_missing else volume / self.usual_rows_count

    def days_overdue(self, as_of: datetime | None) -> float | None:
        """Days from the newest event to as_of, less those that the source promises to stay within."""
        if as_of is None or self.newest_event_at is None or self.fresh_within_days is None:
            return None
        return (as_of - self.newest_event_at) / timedelta(days=1) - self.fresh_within_days


def raw_volumes(connection: duckdb.DuckDBPyConnection) -> list[TableVolume]:
    """Return the volumes of the raw tables; newest events are those that the marts have."""
    usual = _usual(connection)
    started = connection.execute(_RUN_STARTED_AT).fetchone()
    newest = dict(connection.execute(_NEWEST_EVENTS).fetchall()) if EVENTS in mart_names(connection) else {}
    tables = load_contract().tables
    counts = " union all ".join(
        f"select '{table.id}', count(*), count(*) filter (_loaded_at >= $1) from raw.{table.raw_name}"
        for table in tables.values()
    )
    return [
        TableVolume(
            RAW_LAYER,
            name,
            rows_count,
            arrived_rows_count,
            usual.get((RAW_LAYER, name)),
            newest.get(name),
            tables[name].fresh_within_days,
        )
        for name, rows_count, arrived_rows_count in connection.execute(counts, [started and started[0]]).fetchall()
    ]


def mart_volumes(connection: duckdb.DuckDBPyConnection) -> list[TableVolume]:
    """Return the volumes of the marts, but of those that tell of runs."""
    usual = _usual(connection)
    names = [name for name in mart_names(connection) if name not in MARTS_OF_RUNS]
    if not names:
        return []
    counts = " union all ".join(f"select '{name}', count(*) from {MARTS_SCHEMA}.{name}" for name in names)
    return [
        TableVolume(MARTS_SCHEMA, name, rows_count, usual_rows_count=usual.get((MARTS_SCHEMA, name)))
        for name, rows_count in connection.execute(counts).fetchall()
    ]


def _usual(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], float]:
    return {(layer, table): rows_count for layer, table, rows_count in connection.execute(_USUAL).fetchall()}
