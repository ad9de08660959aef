"""Runs statements on a DuckDB file and prints what each took; a process of its own for each measurement.

python benchmarks/stage_runs.py PLAN, a JSON file: `settings`, `events` (a database to read), `database` (to write),
and `statements`, each a name and its SQL; one without fits the model of churn risk.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from orchestration.fitting.churn_models import refit_churn_models

SCHEMAS = ("dictionary", "intermediate", "landing", "marts", "staging")


def cpu_seconds() -> float:
    """Return what this process has taken so far, all threads together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_megabytes() -> float:
    """Return the most memory that this process held; `ru_maxrss` would count the process that started it, too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def open_database(plan: dict) -> duckdb.DuckDBPyConnection:
    """Open a new database in which the given tables can be read under their own names."""
    connection = duckdb.connect(plan["database"])
    connection.execute("set enable_progress_bar = false")
    for name, value in plan["settings"].items():
        connection.execute(f"set {name} = '{value}'")
    connection.execute(f"attach '{plan['events']}' as given (read_only)")
    for schema in SCHEMAS:
        connection.execute(f"create schema {schema}")
    tables = connection.execute("select schema_name, table_name from duckdb_tables() where database_name = 'given'")
    for schema, table in tables.fetchall():
        connection.execute(f"create view {schema}.{table} as from given.{schema}.{table}")
    return connection


def main() -> None:
    """Run the plan and print the cost of each statement and of the process."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began, cpu_began = time.perf_counter(), cpu_seconds()
    connection = open_database(plan)
    costs = {}
    for name, sql in plan["statements"]:
        cpu_before = cpu_seconds()
        if sql:
            connection.execute(sql)
        else:  # the one step that is no SQL
            refit_churn_models(connection)
        connection.execute("checkpoint")
        costs[name] = cpu_seconds() - cpu_before
    connection.close()
    took = {"wall": time.perf_counter() - began, "cpu": cpu_seconds() - cpu_began, "peak": peak_megabytes()}
    sys.stdout.write(json.dumps({**took, "statements": costs}))


if __name__ == "__main__":
    main()
