"""Writes the audience of a wave for the campaign tool, always the same; the next wave is drawn first."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from orchestration.winback import files, recording
from orchestration.winback.addresses import read_addresses
from orchestration.winback.arms import TREATMENT
from orchestration.winback.drawing import draw_wave, plan_to_draw, refuse_what_is_stopped
from orchestration.winback.plans import Release, WinbackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from orchestration.home import WarehouseHome
    from orchestration.winback.recording import LoggedFile, Member, Wave

_PROBE = "select 1 from landing.recorded_assignments, landing.recorded_judgements, landing.recorded_exports limit 0"
_CONTACTS = pa.schema(
    {
        "customer_id": pa.string(),
        "channel": pa.string(),
        "address": pa.string(),
        "weekday_utc": pa.int32(),
        "hour_utc": pa.int32(),
        "offer_id": pa.string(),
        "campaign_id": pa.string(),
    }
)
_ASSIGNMENTS = pa.schema(
    {
        "customer_id": pa.string(),
        "arm": pa.string(),
        "probability": pa.float64(),
        "offer_id": pa.string(),
        "priority_number": pa.int64(),
        "reason": pa.string(),
    }
)


@dataclass(frozen=True)
class Written:
    """The files of a wave as they lie in their folder, written now or before.

    `erased_count` is how many addresses were in raw when the wave was drawn, and are not now.
    """

    export_id: str
    files: list[LoggedFile]
    is_new: bool
    erased_count: int


@dataclass(frozen=True)
class Exported:
    """What an export did; `budget_amount` is None where the plan has none, or is not published any more."""

    wave: Wave
    members: list[Member]
    folder: Path
    written: Written
    is_drawn_now: bool
    spent_amount: Decimal
    budget_amount: Decimal | None

    def arm(self, name: str) -> list[Member]:
        """Return the customers of an arm."""
        return [member for member in self.members if member.arm == name]


def export(
    home: WarehouseHome,
    plan_id: str,
    wave_number: int | None = None,
    out: Path | None = None,
    *,
    is_despite_stop: bool = False,
) -> Exported:
    """Write the audience of a wave, which is drawn and recorded first where it is the next one.

    Args:
        home: the warehouse.
        plan_id: the plan.
        wave_number: the wave; None for the last one drawn, or the first.
        out: where to make the wave's folder, `exports` of the warehouse when left out.
        is_despite_stop: whether to draw a further wave of a plan that its own rule has stopped.

    Raises:
        WinbackError: it cannot be drawn or written; what was recorded and written before stays.
    """
    with _writing(home) as connection:
        drawn = recording.drawn_waves(connection, plan_id)
        number = wave_number or max(drawn, default=1)
        folder = (out or home.folder / "exports") / f"{plan_id}_w{number}"
        _refuse_foreign_files(folder)
        with _room_at(folder):
            if number not in drawn:
                release = Release.shown(home)
                plan = plan_to_draw(connection, release, plan_id, number)
                if not is_despite_stop:
                    refuse_what_is_stopped(release, plan)
                files.make_room(folder)  # what cannot be written is known before anything is recorded
                draw_wave(connection, release, plan, number)
            wave = recording.drawn_waves(connection, plan_id)[number]
            members = recording.members_of(connection, wave.experiment_id)
            written = _write(connection, wave, members, folder)
        return Exported(
            wave=wave,
            members=members,
            folder=folder,
            written=written,
            is_drawn_now=number not in drawn,
            spent_amount=recording.spent_on(connection, plan_id, number),
            budget_amount=_budget(home, plan_id),
        )


def export_again(home: WarehouseHome, is_stale: Callable[[Path], bool]) -> int:
    """Write the waves in `exports` of the warehouse anew that are stale or were cut off; return how many.

    The caller holds the writer's lock.
    """
    with _connected(home) as connection:
        waves = [
            wave
            for plan_id in recording.drawn_plans(connection)
            for wave in recording.drawn_waves(connection, plan_id).values()
        ]
        places = {home.folder / "exports" / wave.experiment_id: wave for wave in waves}
        stale = {
            folder: wave
            for folder, wave in places.items()
            if files.was_cut_off(folder) or (folder.is_dir() and is_stale(folder))
        }
        for folder, wave in stale.items():
            _write(connection, wave, recording.members_of(connection, wave.experiment_id), folder, is_stale=True)
    return len(stale)


def _refuse_foreign_files(folder: Path) -> None:
    """Refuse a folder with files of others, for the whole folder is put in the old one's place."""
    foreign = sorted({path.name for path in folder.glob("*")} - files.NAMES) if folder.is_dir() else []
    if foreign:
        raise WinbackError(
            f"{folder} holds {', '.join(foreign)}, which no export has written; move it elsewhere first."
        )


@contextmanager
def _writing(home: WarehouseHome) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hold the writer's lock and the working database."""
    if not home.working_database.exists():
        raise WinbackError(f"Nothing is published in {home.folder} yet; `lifecycle run` publishes.")
    try:
        lock = FileLock(home.writer_lock).acquire(timeout=0)
    except Timeout:
        raise WinbackError("A run is writing this warehouse; try again when it has ended.") from None
    except OSError as error:
        raise WinbackError(f"{home.folder} cannot be written: {error.strerror}; make it writable.") from error
    with lock, _connected(home) as connection:
        yield connection


@contextmanager
def _connected(home: WarehouseHome) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(home.working_database))
    except duckdb.IOException:
        raise WinbackError(f"{home.working_database} cannot be opened to write; close what has it open.") from None
    with connection:
        connection.execute("set timezone = 'UTC'")
        try:
            connection.execute(_PROBE)
        except duckdb.CatalogException:
            raise WinbackError(
                f"{home.working_database} cannot record waves yet; `lifecycle run` enables it."
            ) from None
        yield connection


@contextmanager
def _room_at(folder: Path) -> Iterator[None]:
    """Leave nothing half written beside the folder, and tell what to do where it cannot be written."""
    try:
        yield
    except OSError as error:
        raise WinbackError(
            f"{folder} cannot be written: {error.strerror or error}; make its place writable, or choose another one "
            "with --out."
        ) from error
    finally:
        shutil.rmtree(files.aside_of(folder), ignore_errors=True)


def _write(
    connection: duckdb.DuckDBPyConnection, wave: Wave, members: list[Member], folder: Path, *, is_stale: bool = False
) -> Written:
    """Write the wave's files, unless they lie there as logged and none of their addresses was erased, and log it."""
    places = {member.customer_id: (member.channel, member.place) for member in members if member.place}
    addresses = read_addresses(connection, places)
    logged = recording.last_export(connection, wave.experiment_id)[1]
    is_as_logged = not is_stale and files.is_as_logged(folder, logged)
    is_new = not is_as_logged or logged["contacts.csv"].rows_count != len(addresses)
    present = sorted(logged.values(), key=lambda file: file.name)
    if is_new:
        files.make_room(folder)
        present = files.write_folder(folder, _tables(wave, members, addresses))
    now = datetime.now(UTC).replace(tzinfo=None)
    outcome = {"folder": str(folder), "is_written": is_new, "exported_at": now}
    export_id = recording.log_export(connection, wave, present, outcome)
    return Written(export_id, present, is_new, len(places) - len(addresses))


def _tables(wave: Wave, members: list[Member], addresses: Mapping[str, str]) -> dict[str, pa.Table]:
    contacts = [
        {
            **vars(member),
            "address": addresses[member.customer_id],
            "weekday_utc": member.weekday,
            "hour_utc": member.hour,
            "campaign_id": wave.experiment_id,
        }
        for member in members
        if member.arm == TREATMENT and member.customer_id in addresses
    ]
    return {
        "assignments": pa.Table.from_pylist([vars(member) for member in members], _ASSIGNMENTS),
        "contacts": pa.Table.from_pylist(contacts, _CONTACTS),
    }


def _budget(home: WarehouseHome, plan_id: str) -> Decimal | None:
    """Return the plan's budget; a wave drawn before is exported even where nothing is published now."""
    try:
        return Release.shown(home).plan(plan_id).budget_amount
    except (WinbackError, duckdb.Error):
        return None
