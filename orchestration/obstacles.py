"""What stands in the way of a command outside its own logic: disks, folders, files. Told in one line, with a remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from orchestration.home import WarehouseHome

_REMEDIES = {
    r"No space left|disk is full|File too large|disk I/O error|[Qq]uota exceeded": (
        "The disk is full, or a limit on the size of files is reached; make room and run again"
    ),
    r"Permission denied|Read-only file system|readonly database|not permitted|unable to open database file": (
        "Give this user the right to read and write there, or name another folder"
    ),
    r"Not a directory|File exists|Is a directory|No such file or directory": (
        "Name a folder that is there, and is no file"
    ),
    r"not a valid DuckDB database|Could not read enough bytes|Corrupt database file": (
        "The file is damaged. Put a copy of it back; or move it away and run again: every file is landed anew, but what"
        " was recorded of earlier releases and drawn waves is in no other place"
    ),
}


class ObstacleError(Exception):
    """A command cannot go on; the message says what, where and what to do."""


def remedy_of(text: str) -> str | None:
    """Return what to do about an error with this text, where we know."""
    return next((remedy for pattern, remedy in _REMEDIES.items() if re.search(pattern, text)), None)


def is_obstacle(error: Exception) -> bool:
    """Return whether an error is about disks, folders and files, and so to be told to who uses the command."""
    return isinstance(error, (ObstacleError, OSError, duckdb.Error)) and not isinstance(error, BrokenPipeError)


def told(error: BaseException) -> str:
    """Return what went wrong at the root, in one line, and what to do about it."""
    if isinstance(error, ObstacleError):
        return str(error)
    while error.__cause__:
        error = error.__cause__
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    remedy = remedy_of(text)
    return f"{text.rstrip('.!')}. {remedy}." if remedy else f"{type(error).__name__}: {text}"


def check_landing_folder(folder: Path) -> None:
    """Make sure that the landing folder can be listed.

    Raises:
        ObstacleError: it cannot.
    """
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise ObstacleError(f"The landing folder cannot be read: {told(error)}") from error


def check_working_database(home: WarehouseHome) -> None:
    """Make sure that the working database, where there is one, is one.

    Raises:
        ObstacleError: it is damaged, or may not be read.
    """
    path = home.working_database
    if not path.exists() or is_unused(home):
        return
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error as error:
        if "Could not set lock" not in str(error):  # else a run is writing it
            raise ObstacleError(f"The working database {path} cannot be read: {told(error)}") from error


def is_unused(home: WarehouseHome) -> bool:
    """Return whether the working database is the empty file that a full disk or a kill leaves of a new one."""
    return not home.published.exists() and home.working_database.stat().st_size == 0
