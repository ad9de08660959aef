"""Erases in processes that are killed; started by `test_erasure.py`.

Importing the libraries takes seconds, so this process imports them once and forks for each erasure. It reads
`home<TAB>landing folder<TAB>who<TAB>number` lines: the erasure is killed just before it puts away, moves or removes a
file for that time. The answer is the exit code and how many such moments there were.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path

from orchestration.home import WarehouseHome
from orchestration.privacy.erasure import erase

MOMENTS = ((Path, "replace"), (Path, "rename"), (Path, "unlink"), (shutil, "rmtree"))


def kill_at(number: int) -> itertools.count:
    """Kill this process at a moment; return what counts them."""
    counter = itertools.count(1)
    for owner, name in MOMENTS:
        function = getattr(owner, name)

        def counted(*arguments: object, function: object = function, **options: object) -> object:
            if next(counter) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        setattr(owner, name, counted)
    return counter


def erase_in_child(home: str, landing: str, who: str, number: int) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        counter = kill_at(number)
        erase(WarehouseHome(Path(home)), who, Path(landing))
        os.write(writing, str(next(counter) - 1).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return os.waitstatus_to_exitcode(status), int(told.read() or 0)


def main() -> None:
    for line in sys.stdin:
        home, landing, who, number = line.rstrip("\n").split("\t")
        code, count = erase_in_child(home, landing, who, int(number))
        sys.stdout.write(f"{code}\t{count}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
