"""Lands folders in processes that are killed while they write; started by `test_crash.py`.

Importing the libraries takes seconds, so this process imports them once and forks for each landing.
It reads `database<TAB>folder<TAB>bytes<TAB>seconds` lines: the landing is killed so many seconds after
its write-ahead log has so many bytes. The answer is the exit code and the largest size of that log.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import duckdb

from expectations import suites
from orchestration.landing.loading import land_folder


def land_in_child(database: str, folder: str) -> int:
    child = os.fork()
    if not child:
        with duckdb.connect(database) as connection:
            land_folder(connection, Path(folder))
        os._exit(0)
    return child


def watch(child: int, log: Path, kill_at: int, seconds: float) -> tuple[int, int]:
    largest = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), largest
        with suppress(FileNotFoundError):
            largest = max(largest, log.stat().st_size)
        if largest >= kill_at:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)  # still ours: it is not waited for yet
            kill_at = sys.maxsize


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    suites._context()
    say("ready")
    for line in sys.stdin:
        database, folder, kill_at, seconds = line.rstrip("\n").split("\t")
        child = land_in_child(database, folder)
        code, largest = watch(child, Path(f"{database}.wal"), int(kill_at), float(seconds))
        say(f"{code}\t{largest}")


if __name__ == "__main__":
    main()
