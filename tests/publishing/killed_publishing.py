"""Audits, publishes and rolls back in processes that are killed; started by `test_kills.py`.

Importing what is needed takes seconds, so this process does it once and forks for each order. An order is a line
`what<TAB>home<TAB>step<TAB>seconds`: the child is killed just before its file-system step of that number, or after so
many seconds; with neither it is left to end. The answer is the exit code, then the steps that were taken.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from expectations import suites
from orchestration.defs.publication import publish
from orchestration.engine import Engine
from orchestration.home import WarehouseHome
from orchestration.publishing.audit import audit_marts
from orchestration.publishing.release import roll_back

STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.utime"}


def publish_home(home: WarehouseHome) -> None:
    publish(SimpleNamespace(home=home, engine=Engine.DUCKDB, as_of=None, known_at=None))


WHAT = {"audit": audit_marts, "publish": publish_home, "roll_back": roll_back}


def watch_steps(home: str, kill_before: int, pipe: int) -> None:
    """Write down each step below the warehouse, and die before one of them."""
    taken = 0

    def step(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        if event not in STEPS or not any(str(argument).startswith(home) for argument in arguments):
            return
        taken += 1
        if taken == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(pipe, f"{event} {Path(str(arguments[0])).name}|".encode())

    sys.addaudithook(step)


def run_in_child(what: str, home: str, kill_before: int, seconds: float) -> tuple[int, str]:
    outgoing, incoming = os.pipe()
    child = os.fork()
    if not child:
        watch_steps(home, kill_before, incoming)
        WHAT[what](WarehouseHome(Path(home)))
        os._exit(0)
    os.close(incoming)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)  # still ours: it is not waited for yet
    with os.fdopen(outgoing) as stream:
        steps = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), steps


def main() -> None:
    suites._context()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        what, home, step, seconds = line.rstrip("\n").split("\t")
        code, steps = run_in_child(what, home, int(step), float(seconds))
        sys.stdout.write(f"{code}\t{steps}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
