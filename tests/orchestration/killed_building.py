"""Builds all models in processes that are killed; started by `test_killed_builds.py`.

Starting dbt and reading the project takes longer than building a small company, so this process does it once and forks
for each build. It reads `database<TAB>seconds` lines: the build is killed after so many seconds; with none it is left
to end. The answer is the exit code.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner

from orchestration.defs.resources import DBT_FOLDER
from orchestration.defs.transformation import READS_WHAT_IS_FITTED
from orchestration.fitting.buying_models import refit_buying_models
from orchestration.fitting.churn_models import refit_churn_models

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def dbt(command: str, *options: str, folder: Path, manifest: Manifest | None = None) -> Manifest:
    """Call dbt in this process; return what it has read of the project."""
    places = ("--project-dir", DBT_FOLDER, "--profiles-dir", DBT_FOLDER)
    written = ("--target-path", folder / "dbt_target", "--log-path", folder / "dbt_logs", "--log-level-file", "none")
    arguments = [command, *options, "--quiet", "--no-version-check", "--no-use-colors", *map(str, places + written)]
    done = dbtRunner(manifest=manifest).invoke(arguments)
    if not done.success:
        raise SystemExit(f"dbt {command}: {done.exception or done.result}")
    return manifest or done.result


def build(database: Path, manifest: Manifest) -> None:
    """Do what a run does between landing and auditing, but for the tests, which write nothing."""
    os.environ["LIFECYCLE_WORKING_DATABASE"] = str(database)
    made = ("build", "--resource-type", "seed", "--resource-type", "model")
    dbt(*made, "--exclude", READS_WHAT_IS_FITTED, folder=database.parent, manifest=manifest)
    reset_adapters()  # the end of dbt's process closes the database; here it is this
    with duckdb.connect(str(database)) as connection:
        refit_buying_models(connection)
        refit_churn_models(connection)
    dbt(*made, "--select", READS_WHAT_IS_FITTED, folder=database.parent, manifest=manifest)


def build_in_child(database: Path, seconds: float, manifest: Manifest) -> int:
    child = os.fork()
    if not child:
        os.dup2(2, 1)  # the answers' stream is no place for what dbt prints
        build(database, manifest)
        os._exit(0)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)  # still ours: it is not waited for yet
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    folder = Path(sys.argv[1])
    os.environ["LIFECYCLE_WORKING_DATABASE"] = str(folder / "working.duckdb")
    manifest = dbt("parse", "--target", "duckdb", folder=folder)
    say("ready")
    for line in sys.stdin:
        database, seconds = line.rstrip("\n").split("\t")
        say(str(build_in_child(Path(database), float(seconds), manifest)))


if __name__ == "__main__":
    main()
