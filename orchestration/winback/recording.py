"""What was drawn and exported, and when: rows are added, a wave at once, and never changed.

The tables lie beside the landed ones, because they cannot be made anew. From them a wave's files are made again, byte
for byte, whatever has been published since.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from orchestration.winback.addresses import Place
from orchestration.winback.arms import TREATMENT

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

_TEXT, _WHOLE, _NUMBER = pa.string(), pa.int64(), pa.float64()
_ASSIGNMENTS = pa.schema(
    {
        "experiment_id": _TEXT,
        "plan_id": _TEXT,
        "wave_number": _WHOLE,
        "customer_id": _TEXT,
        "offer_id": _TEXT,
        "arm": _TEXT,
        "probability": _NUMBER,
        "salt": _TEXT,
        "priority_number": _WHOLE,
        "release_id": _TEXT,
        "assigned_at": pa.timestamp("us"),
    }
)
_JUDGEMENTS = pa.schema(
    {
        "experiment_id": _TEXT,
        "customer_id": _TEXT,
        "offer_id": _TEXT,
        "priority_number": _WHOLE,
        "reason": _TEXT,
        "channel": _TEXT,
        "weekday": _WHOLE,
        "hour": _WHOLE,
        "address_table": _TEXT,
        "address_content_hash": _TEXT,
        "address_source_row": _WHOLE,
        "expected_net_value": _NUMBER,
        "expected_cost_amount": _NUMBER,
    }
)
_EXPORTS = pa.schema(
    {
        "export_id": _TEXT,
        "experiment_id": _TEXT,
        "export_number": _WHOLE,
        "release_id": _TEXT,
        "folder": _TEXT,
        "file_name": _TEXT,
        "is_written": pa.bool_(),
        "rows_count": _WHOLE,
        "sha256": _TEXT,
        "exported_at": pa.timestamp("us"),
    }
)
_DRAWN = """
    select wave_number, any_value(experiment_id), any_value(assigned_at), any_value(release_id)
    from landing.recorded_assignments where plan_id = $1
    group by wave_number order by wave_number
"""
_MEMBERS = """
    select judged.customer_id, assigned.arm, assigned.probability, judged.offer_id, judged.priority_number,
        judged.reason, judged.channel, judged.weekday, judged.hour, judged.expected_net_value,
        judged.expected_cost_amount, judged.address_table, judged.address_content_hash, judged.address_source_row
    from landing.recorded_judgements as judged
    left join landing.recorded_assignments as assigned
        on judged.experiment_id = assigned.experiment_id and judged.customer_id = assigned.customer_id
    where judged.experiment_id = $1
    order by judged.priority_number nulls last, judged.customer_id
"""
_SPENT = f"""
    select coalesce(sum(cast(judged.expected_cost_amount as decimal(38, 9))), 0)
    from landing.recorded_judgements as judged
    inner join landing.recorded_assignments as assigned
        on judged.experiment_id = assigned.experiment_id and judged.customer_id = assigned.customer_id
    where assigned.plan_id = $1 and assigned.arm = '{TREATMENT}' and assigned.wave_number = $2
"""
_LAST_EXPORT = """
    select export_number, file_name, sha256, rows_count from landing.recorded_exports where experiment_id = $1
    qualify export_number = max(export_number) over ()
"""


@dataclass(frozen=True)
class Wave:
    """A wave that was drawn."""

    number: int
    experiment_id: str
    assigned_at: datetime
    release_id: str


@dataclass(frozen=True)
class Member:
    """A customer who was judged when a wave was drawn; `arm` is None where it is not in the wave."""

    customer_id: str
    arm: str | None
    probability: float | None
    offer_id: str | None
    priority_number: int | None
    reason: str
    channel: str | None
    weekday: int | None
    hour: int | None
    expected_net_value: float | None
    expected_cost_amount: float | None
    place: Place | None = None


@dataclass(frozen=True)
class LoggedFile:
    """What the log says of a file."""

    name: str
    sha256: str
    rows_count: int


def drawn_waves(connection: duckdb.DuckDBPyConnection, plan_id: str) -> dict[int, Wave]:
    """Return the waves of a plan that were drawn, by their numbers."""
    return {row[0]: Wave(*row) for row in connection.execute(_DRAWN, [plan_id]).fetchall()}


def drawn_plans(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the plans of which a wave was drawn, whether or not they are still published."""
    found = connection.execute("select distinct plan_id from landing.recorded_assignments order by 1").fetchall()
    return [plan_id for (plan_id,) in found]


def members_of(connection: duckdb.DuckDBPyConnection, experiment_id: str) -> list[Member]:
    """Return everybody who was judged when the wave was drawn, in the order of priority."""
    rows = connection.execute(_MEMBERS, [experiment_id]).fetchall()
    return [Member(*row[:-3], Place(*row[-3:]) if row[-1] is not None else None) for row in rows]


def spent_on(connection: duckdb.DuckDBPyConnection, plan_id: str, wave_number: int) -> Decimal:
    """Return what the treatment of a wave is expected to cost."""
    row = connection.execute(_SPENT, [plan_id, wave_number]).fetchone()
    return Decimal(row[0]) if row else Decimal(0)


def record_wave(
    connection: duckdb.DuckDBPyConnection, wave: Wave, plan_id: str, salt: str, members: list[Member]
) -> None:
    """Record the arms of a wave and the judgement of everybody who was judged, all or nothing."""
    common = {"experiment_id": wave.experiment_id, "plan_id": plan_id, "wave_number": wave.number, "salt": salt}
    origin = {"release_id": wave.release_id, "assigned_at": wave.assigned_at}
    assignments = [{**vars(member), **common, **origin} for member in members if member.arm]
    judgements = [{**vars(member), **common, **_spot(member.place)} for member in members]
    connection.begin()
    try:
        append(connection, "recorded_assignments", pa.Table.from_pylist(assignments, _ASSIGNMENTS))
        append(connection, "recorded_judgements", pa.Table.from_pylist(judgements, _JUDGEMENTS))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _spot(place: Place | None) -> dict[str, object]:
    return {f"address_{name}": value for name, value in vars(place).items()} if place else {}


def last_export(connection: duckdb.DuckDBPyConnection, experiment_id: str) -> tuple[int, dict[str, LoggedFile]]:
    """Return the number of a wave's last export, 0 where there is none, and the files it told of."""
    rows = connection.execute(_LAST_EXPORT, [experiment_id]).fetchall()
    return (rows[0][0] if rows else 0), {row[1]: LoggedFile(*row[1:]) for row in rows}


def log_export(
    connection: duckdb.DuckDBPyConnection,
    wave: Wave,
    files: list[LoggedFile],
    outcome: dict[str, object],
) -> str:
    """Add an export to the log, a row a file, and return its id.

    Args:
        connection: the working database.
        wave: the wave that was exported.
        files: the files of the wave as they now lie in the folder.
        outcome: the columns `folder`, `is_written` and `exported_at`.
    """
    number = last_export(connection, wave.experiment_id)[0] + 1
    common = {
        "export_id": f"{wave.experiment_id}_e{number}",
        "experiment_id": wave.experiment_id,
        "export_number": number,
        "release_id": wave.release_id,
        **outcome,
    }
    rows = [{**common, "file_name": file.name, "rows_count": file.rows_count, "sha256": file.sha256} for file in files]
    append(connection, "recorded_exports", pa.Table.from_pylist(rows, _EXPORTS))
    return str(common["export_id"])


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Add rows to one of landing's tables."""
    connection.register("fresh", rows)
    try:
        connection.execute(f"insert into landing.{table} by name select * from fresh")
    finally:
        connection.unregister("fresh")
