"""Prints what the funnels cost: all that are shipped, one of them against a query written by hand, and one more.

python benchmarks/funnels.py [--customers 10000 100000 1000000] [--memory 4GB] [--folder DIR]

Each measurement is a process of its own on the same made-up rows. When a count of the query differs from
rpt_funnel_conversion's, it fails.
"""

from __future__ import annotations

import argparse
import itertools
import math
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

MARTS = (
    "fct_funnel_attempts",
    "rpt_funnel_conversion",
    "rpt_funnel_survival",
    "rpt_funnel_time_to_convert",
    "rpt_funnel_lost_reasons",
)
FUNNEL_TABLES = ("funnels", "funnel_steps", "funnel_exclusions", "funnel_breakdowns")
GIVEN = {
    "fct_customer_events",
    "fct_stage_transitions",
    "dim_customers",
    "stg_crm__users",
    "int_build_clocks_resolved",
    "event_types",
    "lifecycle_stages",
    *FUNNEL_TABLES,
}
SIMPLEST = "registered_to_order"
COPIED = "visit_to_order"
DATABASE = "working"  # the compiled models name it
REPEATS = 2
COMPARED = "cohort_start_date, breakdown, breakdown_value, entered_count, converted_count, naive_rate"


@dataclass(frozen=True)
class Measurement:
    """The four runs on the same rows."""

    customers: int
    events: int
    attempts: int
    shipped: Cost
    longer: Cost
    alone: Cost
    floor: Cost


def write_rows(database: Path, customers: int) -> int:
    """Write the rows that all runs read and return how many events they are."""
    write_events(database, customers, 0, (FOLDER / "funnel_events.sql").read_text(encoding="utf-8"))
    with duckdb.connect(str(database)) as connection:
        for seed in FUNNEL_TABLES:
            source = f"read_csv('{DBT_PROJECT}/seeds/dictionary/{seed}.csv', types = {seed_types(seed)})"
            connection.execute(f"create table dictionary.{seed} as from {source}")
        return count(connection, "marts.fct_customer_events")


def told(selected: str) -> Statements:
    """Return the statement that changes what the dictionary tells of funnels."""
    views = [
        f"create or replace view dictionary.{table} as {selected.format(table=f'given.dictionary.{table}')}"
        for table in FUNNEL_TABLES
    ]
    return [("dictionary", "; ".join(views))]


def compare(folder: Path) -> None:
    """Fail when the query by hand and the report differ in a row."""
    with duckdb.connect() as connection:
        for database in ("alone", "floor"):
            connection.execute(f"attach '{folder / database / DATABASE}.duckdb' as {database} (read_only)")
        report = f"""
            select {COMPARED} from alone.marts.rpt_funnel_conversion
            where cohort_grain = 'month' and breakdown in ('all', 'acquisition_channel')
                and step_number = 2 and measured_from = 'start'
        """
        by_hand = f"select {COMPARED} from floor.marts.{SIMPLEST}"
        if not count(connection, f"({by_hand})"):
            raise SystemExit(f"{SIMPLEST}: the query by hand finds nobody")
        for left, right in ((report, by_hand), (by_hand, report)):
            if rows := count(connection, f"(({left}) except all ({right}))"):
                raise SystemExit(f"{SIMPLEST}: {rows} rows are found by one alone: {left} ...")


def measure_all(folder: Path, models: Statements, memory: str | None, customers: int, repeats: int) -> Measurement:
    """Measure in turn; the least CPU of each counts."""
    events = write_rows(folder / EVENTS, customers)
    copy = (
        f"from {{table}} union all by name select * replace ('copy' as funnel_id) from {{table}} "
        f"where funnel_id = '{COPIED}'"
    )
    plans = {
        "floor": [("floor", (FOLDER / "funnel_floor.sql").read_text(encoding="utf-8"))],
        "alone": told(f"from {{table}} where funnel_id = '{SIMPLEST}'") + models,
        "shipped": models,
        "longer": told(copy) + models,
    }
    for name in plans:
        (folder / name).mkdir(exist_ok=True)
    runs = [
        {name: measure(folder, f"{name}/{DATABASE}", plan, memory) for name, plan in plans.items()}
        for _ in range(repeats)
    ]
    least = {name: min((run[name] for run in runs), key=lambda cost: cost.cpu) for name in plans}
    compare(folder)
    with duckdb.connect(str(folder / "shipped" / f"{DATABASE}.duckdb"), read_only=True) as connection:
        attempts = count(connection, "marts.fct_funnel_attempts")
    return Measurement(customers, events, attempts, **least)


def print_sizes(measured: list[Measurement]) -> None:
    """Print what each size took, and how the cost grew."""
    costs = "CPU s | wall s | peak MB"
    lines = [f"| customers | events | attempts | all shipped {costs} | one more CPU s |", "|---" * 7 + "|"]
    for each in measured:
        further = f"{each.longer.cpu - each.shipped.cpu:+.2f}"
        lines.append(
            f"| {each.customers:,} | {each.events:,} | {each.attempts:,} | {figures(each.shipped)} | {further} |"
        )
    print_lines(lines)
    lines = [f"| customers | one funnel alone {costs} | by hand {costs} | ratio |", "|---" * 8 + "|"]
    for each in measured:
        cells = f"{figures(each.alone)} | {figures(each.floor)} | {each.alone.cpu / each.floor.cpu:.2f}"
        lines.append(f"| {each.customers:,} | {cells} |")
    print_lines(lines)
    lines = ["| from | to | all shipped CPU | n log n would be |", "|---|---|---|---|"]
    for small, large in itertools.pairwise(measured):
        allowed = large.events * math.log(large.events) / (small.events * math.log(small.events))
        grown = large.shipped.cpu / small.shipped.cpu
        lines.append(f"| {small.customers:,} | {large.customers:,} | {grown:.1f} times | {allowed:.1f} times |")
    print_lines(lines)


def print_models(measured: list[Measurement]) -> None:
    """Print the CPU by model, of all sizes for all that is shipped, and of the largest for one funnel alone."""
    sizes = " | ".join(f"{each.customers:,} CPU s" for each in measured)
    largest = measured[-1]
    lines = [f"| model | {sizes} | share | one funnel alone CPU s |", "|---" * (len(measured) + 3) + "|"]
    for name, cpu in sorted(largest.shipped.statements.items(), key=lambda item: -item[1]):
        grown = " | ".join(f"{each.shipped.statements[name]:.2f}" for each in measured)
        alone = largest.alone.statements[name]
        lines.append(f"| `{name}` | {grown} | {cpu / largest.shipped.cpu:.0%} | {alone:.2f} |")
    print_lines(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=REPEATS, help="how often each is measured")
    parser.add_argument("--memory", help="DuckDB's memory limit; else its own, four fifths of the machine's")
    parser.add_argument("--folder", type=Path, help="where the databases are kept; else a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        models = compile_models(folder, MARTS, GIVEN)
        measured = [measure_all(folder, models, options.memory, size, options.repeats) for size in options.customers]
        print_sizes(measured)
        print_models(measured)


if __name__ == "__main__":
    main()
