"""Prints what retention cohorts cost beside pandas and Polars: one definition alone, and all that are shipped.

uv run --no-project --with polars python benchmarks/retention_cohorts.py [--customers 100000 1000000] [--memory 4GB]

Run it with the project's environment and Polars in it. Each measurement is a process of its own on the same made-up
orders. When a cell of the triangle differs from rpt_retention_cohorts, it fails.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
from stage_engine import (
    DBT_PROJECT,
    EVENTS,
    FOLDER,
    Cost,
    Statements,
    compile_models,
    count,
    figures,
    measure,
    print_lines,
    seed_types,
    write_events,
)

MART = "rpt_retention_cohorts"
ALONE = "orders_by_month"
SEEDS = ("cohort_definitions", "metrics")
GIVEN = {
    "fct_customer_events",
    "fct_orders",
    "fct_stage_transitions",
    "dim_customers",
    "event_types",
    "int_reporting_rates_resolved",
    "int_build_clocks_resolved",
    *SEEDS,
}
LIBRARIES = ("pandas", "polars")
ORDERS = """
    create table marts.fct_orders as
    select customer_id, 'EUR' as currency, cast(1 + hash(event_id) % 100000 / 100 as decimal(18, 4)) as order_amount,
        true as is_qualifying, occurred_at as ordered_at
    from marts.fct_customer_events
    where event_type = 'qualifying_order_placed' and customer_id is not null;
    create table intermediate.int_reporting_rates_resolved as
    select 'EUR' as currency, cast(1 as decimal(18, 9)) as reporting_rate;
"""
REPORT = f"""
    select year(cohort_start_date) * 12 + month(cohort_start_date) as cohort, periods_since_start as months_since,
        retained_customers_count as customers, round(cast(retained_amount as double), 2) as amount
    from report.marts.{MART}
    where breakdown = 'all' and retention_kind = 'on' and retained_customers_count > 0
"""


@dataclass(frozen=True)
class Measurement:
    """All runs on the same rows."""

    customers: int
    orders: int
    costs: dict[str, Cost]


def write_rows(folder: Path, customers: int) -> int:
    """Write the rows that all runs read and return how many orders they are."""
    database = folder / EVENTS
    write_events(database, customers, 0, (FOLDER / "funnel_events.sql").read_text(encoding="utf-8") + ORDERS)
    with duckdb.connect(str(database)) as connection:
        for seed in SEEDS:
            source = f"read_csv('{DBT_PROJECT}/seeds/dictionary/{seed}.csv', types = {seed_types(seed)})"
            connection.execute(f"create table dictionary.{seed} as from {source}")
        connection.execute(f"""
            copy (select customer_id, ordered_at, cast(order_amount as double) as order_amount from marts.fct_orders)
            to '{folder}/orders.parquet'
        """)
        return count(connection, "marts.fct_orders")


def measure_library(folder: Path, library: str) -> Cost:
    """Run a library's version in a process of its own and return what it took."""
    command = [sys.executable, str(FOLDER / "retention_frames.py"), library]
    command += [str(folder / "orders.parquet"), str(folder / f"{library}.parquet")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return Cost(**json.loads(told))


def compare(folder: Path) -> None:
    """Fail when a triangle and the report differ in a cell."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder}/alone/working.duckdb' as report (read_only)")
        for library in LIBRARIES:
            by_library = f"select cohort, months_since, customers, round(amount, 2) from '{folder}/{library}.parquet'"
            for left, right in ((REPORT, by_library), (by_library, REPORT)):
                if rows := count(connection, f"(({left}) except all ({right}))"):
                    raise SystemExit(f"{library}: {rows} cells are found by one alone: {left} ...")


def measure_all(folder: Path, models: Statements, memory: str | None, customers: int, repeats: int) -> Measurement:
    """Measure in turn; the least CPU of each counts."""
    orders = write_rows(folder, customers)
    cut = (
        "create or replace view dictionary.cohort_definitions as from given.dictionary.cohort_definitions "
        f"where cohort_definition_id = '{ALONE}'"
    )
    plans: dict[str, Statements] = {"alone": [("dictionary", cut), *models], "shipped": models}
    runs: list[dict[str, Cost]] = []
    for _ in range(repeats):
        run = {library: measure_library(folder, library) for library in LIBRARIES}
        for name, plan in plans.items():
            (folder / name).mkdir(exist_ok=True)
            run[name] = measure(folder, f"{name}/working", plan, memory)
        runs.append(run)
    compare(folder)
    least = {name: min((run[name] for run in runs), key=lambda cost: cost.cpu) for name in runs[0]}
    return Measurement(customers, orders, least)


def print_sizes(measured: list[Measurement]) -> None:
    """Print what each took, and its ratios to the two libraries."""
    costs = "CPU s | wall s | peak MB"
    lines = [f"| customers | orders | run | {costs} | CPU: pandas | CPU: Polars | MB: pandas | MB: Polars |"]
    lines += ["|---" * 10 + "|"]
    names = {"pandas": "pandas", "polars": "Polars", "alone": f"`{ALONE}` alone", "shipped": "all shipped"}
    for each in measured:
        for run, name in names.items():
            cost = each.costs[run]
            ratios = [f"{cost.cpu / each.costs[library].cpu:.2f}" for library in LIBRARIES]
            ratios += [f"{cost.peak / each.costs[library].peak:.2f}" for library in LIBRARIES]
            lines.append(f"| {each.customers:,} | {each.orders:,} | {name} | {figures(cost)} | {' | '.join(ratios)} |")
    print_lines(lines)
    largest = measured[-1]
    lines = [f"| model, {largest.customers:,} customers | alone CPU s | all shipped CPU s |", "|---|---|---|"]
    for name, cpu in sorted(largest.costs["shipped"].statements.items(), key=lambda item: -item[1]):
        lines.append(f"| `{name}` | {largest.costs['alone'].statements[name]:.2f} | {cpu:.2f} |")
    print_lines(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=2, help="how often each is measured")
    parser.add_argument("--memory", help="DuckDB's memory limit; else its own, four fifths of the machine's")
    parser.add_argument("--folder", type=Path, help="where the databases are kept; else a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        models = compile_models(folder, (MART,), GIVEN)
        print_sizes([measure_all(folder, models, options.memory, size, options.repeats) for size in options.customers])


if __name__ == "__main__":
    main()
