"""What a run that was killed leaves behind: a dbt process that goes on, and a record that says that the run does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dagster as dg

    from orchestration.home import WarehouseHome

ENDING_SECONDS = 60


def process_identity(process_id: int) -> str:
    """Return when a process began, which tells it from a later one of the same number; empty when it has ended."""
    if Path("/proc/self/stat").exists():
        state, started = _told_by_kernel(process_id)
    else:
        state, started = _told_by_ps(process_id)
    return "" if state.startswith("Z") else started


def _told_by_kernel(process_id: int) -> tuple[str, str]:
    place = Path(f"/proc/{process_id}")
    try:
        facts = (place / "stat").read_text(encoding="utf-8", errors="replace")
        threads_count = len(list((place / "task").iterdir()))
    except OSError:
        return "", ""
    fields = facts.rpartition(")")[2].split()  # after the name, which may have blanks
    is_ending = fields[0] == "Z" and threads_count > 1  # its other threads still hold its files
    return "ending" if is_ending else fields[0], fields[19]


def _told_by_ps(process_id: int) -> tuple[str, str]:
    command = [shutil.which("ps") or "ps", "-o", "stat=,lstart=", "-p", str(process_id)]
    state, _, started = subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition(" ")  # noqa: S603
    return state, started.strip()


@contextmanager
def noted_dbt(home: WarehouseHome, process_id: int) -> Iterator[None]:
    """Note that a dbt process writes the warehouse, for as long as this one waits for it."""
    home.dbt_note.write_text(f"{process_id}\n{process_identity(process_id)}", encoding="utf-8")
    try:
        yield
    finally:
        home.dbt_note.unlink(missing_ok=True)


def end_left_dbt(home: WarehouseHome) -> int | None:
    """End the dbt process of a run that was killed, which would go on writing; return its number, if there was one.

    To be called by who holds the writer's lock: then nobody waits for that process any more.
    """
    if not home.dbt_note.exists():
        return None
    number, _, identity = home.dbt_note.read_text(encoding="utf-8").partition("\n")
    is_left = bool(identity) and process_identity(int(number)) == identity
    if is_left:
        os.kill(int(number), signal.SIGKILL)
        until = time.monotonic() + ENDING_SECONDS
        while process_identity(int(number)) == identity and time.monotonic() < until:
            time.sleep(0.05)
    home.dbt_note.unlink()
    return int(number) if is_left else None


def dead_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Return the runs that Dagster takes for running though their process has ended.

    Nobody reports the end of a run that was killed; its record would hold back all further runs of the daemon.
    """
    import dagster

    statuses = [dagster.DagsterRunStatus.STARTING, dagster.DagsterRunStatus.STARTED]
    runs = instance.get_runs(filters=dagster.RunsFilter(statuses=statuses))
    return [run for run in runs if (number := _process_of(instance, run)) and not process_identity(number)]


def _process_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> int | None:
    import dagster

    kinds = {dagster.DagsterEventType.RUN_START, dagster.DagsterEventType.ENGINE_EVENT}
    found = instance.get_records_for_run(run.run_id, of_type=kinds, limit=1, ascending=False).records
    event = found[0].event_log_entry.dagster_event if found else None
    return event.pid if event else None
