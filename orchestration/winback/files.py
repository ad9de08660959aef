"""The files of a wave: CSV for people and campaign tools, Parquet for programs; written aside, then shown at once.

They hold personal data, so only their owner may open them.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.winback.recording import LoggedFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
NAMES = frozenset({"assignments.csv", "assignments.parquet", "contacts.csv", "contacts.parquet"})
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def aside_of(folder: Path) -> Path:
    """Return where a folder is written before it is shown; nobody looks there."""
    return folder.with_name(f".{folder.name}.new")


def _before(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def was_cut_off(folder: Path) -> bool:
    """Return whether an export that was killed has left something beside the folder."""
    return aside_of(folder).exists() or _before(folder).exists()


def make_room(folder: Path) -> None:
    """Make the folder's empty place aside, so that what cannot be written is known before anything is recorded.

    Raises:
        OSError: nothing can be written there.
    """
    if not folder.parent.exists():
        folder.parent.mkdir(mode=PRIVATE_FOLDER, parents=True)
    for left_behind in (aside_of(folder), _before(folder)):  # by an export that was killed
        if left_behind.exists():
            shutil.rmtree(left_behind)
    aside_of(folder).mkdir(mode=PRIVATE_FOLDER)


def write_folder(folder: Path, tables: Mapping[str, pa.Table]) -> list[LoggedFile]:
    """Write each table as `<name>.csv` and `<name>.parquet` aside, then put the whole in the folder's place.

    Whoever looks meanwhile sees the old folder, none or the new one, never a part.

    Raises:
        OSError: it could not be written; what was there stays.
    """
    aside, before = aside_of(folder), _before(folder)
    for name, table in tables.items():
        write_csv(aside / f"{name}.csv", table)
        pq.write_table(table, aside / f"{name}.parquet", compression="zstd")
    _close_off(aside)
    if folder.exists():
        folder.rename(before)
    aside.rename(folder)
    _sync(folder.parent)
    shutil.rmtree(before, ignore_errors=True)
    counts = {f"{name}.{ending}": table.num_rows for name, table in tables.items() for ending in ("csv", "parquet")}
    return [LoggedFile(name, sha256_of(folder / name), rows_count) for name, rows_count in sorted(counts.items())]


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table by RFC 4180; a text that a spreadsheet would compute gets an apostrophe before it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows([_defused(cell) for cell in row.values()] for row in table.to_pylist())


def _defused(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell


def is_as_logged(folder: Path, logged: Mapping[str, LoggedFile]) -> bool:
    """Return whether the folder holds the files that the log tells of, unaltered."""
    return bool(logged) and all(
        (folder / name).is_file() and sha256_of(folder / name) == file.sha256 for name, file in logged.items()
    )


def sha256_of(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _close_off(folder: Path) -> None:
    folder.chmod(PRIVATE_FOLDER)
    for path in folder.iterdir():
        path.chmod(PRIVATE_FILE)
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
