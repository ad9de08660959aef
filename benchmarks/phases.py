"""Prints what each phase of a run costs: rows, seconds, CPU seconds, peak memory.

python benchmarks/phases.py --landing DIR [--mapping FILE] [--home DIR]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.defs.transformation import READS_WHAT_IS_FITTED
from orchestration.home import PROJECT_FOLDER, WarehouseHome

LAND = """
import sys; from pathlib import Path; import duckdb
from orchestration.landing.loading import land_folder; from orchestration.landing.mapping import load_mapping
from orchestration.landing.ledger import request_build
with duckdb.connect(sys.argv[1]) as connection:
    land_folder(connection, Path(sys.argv[2]), load_mapping(Path(sys.argv[3])) if sys.argv[3] else ())
    request_build(connection, None, None)
"""
FIT = """
import sys; import duckdb
from orchestration.fitting.buying_models import refit_buying_models
with duckdb.connect(sys.argv[1]) as connection:
    refit_buying_models(connection)
"""
AUDIT = """
import sys; from pathlib import Path
from orchestration.home import WarehouseHome; from orchestration.publishing.audit import audit_marts
audit_marts(WarehouseHome(Path(sys.argv[1])))
"""
PUBLISH = """
import sys
from orchestration.defs.publication import publish; from orchestration.defs.resources import Warehouse
publish(Warehouse(home_folder=sys.argv[1]))
"""
ROWS = "select coalesce(sum(estimated_size), 0) from duckdb_tables() where schema_name in ({})"


@dataclass(frozen=True)
class Cost:
    """What one process and its children took."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


def run(command: list[str], folder: Path, environment: dict[str, str]) -> Cost:
    """Run a command to its end and return what it took; raises when it fails."""
    began = time.perf_counter()
    process = os.fork()
    if not process:
        os.chdir(folder)
        with Path(os.devnull).open("w") as silence:
            os.dup2(silence.fileno(), 1)
        os.execvpe(command[0], command, environment)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)[:120]}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def rows_in(home: WarehouseHome, *schemas: str) -> int:
    """Return the rows of all tables of some layers."""
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        quoted = ", ".join(f"'{schema}'" for schema in schemas)
        found = connection.execute(ROWS.format(quoted)).fetchone()
    return int(found[0]) if found else 0


def phases(landing: Path, mapping: Path | None, home: WarehouseHome) -> list[tuple[str, int, int, Cost]]:
    """Run every phase once and return name, rows in, rows out and cost of each."""
    home.folder.mkdir(parents=True, exist_ok=True)
    database = str(home.working_database)
    environment = {**os.environ, "LIFECYCLE_WORKING_DATABASE": database, "DO_NOT_TRACK": "1"}
    python, dbt = sys.executable, str(Path(sys.executable).with_name("dbt"))
    dbt_options = ["--profiles-dir", ".", "--target-path", str(home.dbt_target("duckdb")), "--no-version-check"]
    project = PROJECT_FOLDER / "dbt_project"

    landed = run([python, "-c", LAND, database, str(landing), str(mapping or "")], PROJECT_FOLDER, environment)
    raw = rows_in(home, "raw")
    parsed = run([dbt, "parse", *dbt_options], project, environment)
    no_tests = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    built = run([dbt, "build", "--exclude", READS_WHAT_IS_FITTED, *no_tests, *dbt_options], project, environment)
    fitted = run([python, "-c", FIT, database], PROJECT_FOLDER, environment)
    built_on_fitted = run(
        [dbt, "build", "--select", READS_WHAT_IS_FITTED, *no_tests, *dbt_options], project, environment
    )
    models, marts = rows_in(home, "staging", "intermediate", "marts"), rows_in(home, "marts")
    tested = run([dbt, "test", "--exclude-resource-type", "unit_test", *dbt_options], project, environment)
    audited = run([python, "-c", AUDIT, str(home.folder)], PROJECT_FOLDER, environment)
    published = run([python, "-c", PUBLISH, str(home.folder)], PROJECT_FOLDER, environment)
    return [
        ("land", raw, raw, landed),
        ("dbt parse", 0, 0, parsed),
        ("build models", raw, models, built),
        ("fit models of buying", models, rows_in(home, "fitted"), fitted),
        ("build models on what is fitted", models, marts, built_on_fitted),
        ("test models", models, 0, tested),
        ("audit marts", marts, 0, audited),
        ("publish", marts, marts, published),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--mapping", type=Path)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    home = WarehouseHome((options.home or Path(tempfile.mkdtemp())).resolve())
    lines = ["| phase | rows in | rows out | wall s | CPU s | peak MB |", "|---|---|---|---|---|---|"]
    for name, rows_before, rows_after, cost in phases(
        options.landing.resolve(), options.mapping and options.mapping.resolve(), home
    ):
        figures = f"{cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_megabytes:.0f}"
        lines.append(f"| {name} | {rows_before:,} | {rows_after:,} | {figures} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
