"""Exports a wave in a process that is killed at a given moment; started by `test_export.py`.

The moment is `<module>:<function>:<number>`: just before the function is called for that time.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path

from orchestration.home import WarehouseHome
from orchestration.winback.export import export


def kill_before(module_name: str, function_name: str, number: int) -> None:
    module = importlib.import_module(module_name)
    function = getattr(module, function_name)
    calls = 0

    def killed(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)

    setattr(module, function_name, killed)


if __name__ == "__main__":
    home, plan, moment = sys.argv[1:]
    module_name, function_name, number = moment.split(":")
    kill_before(module_name, function_name, int(number))
    export(WarehouseHome(Path(home)), plan)
