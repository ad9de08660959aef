"""Prints what the stage engine costs against a script written by hand for the same twelve rules.

python benchmarks/stage_engine.py [--customers 10000 100000 1000000] [--long-life 10 1000 100000]
    [--memory 4GB] [--folder DIR]

The customer lifecycle alone, as shipped, on made-up customers. Both read the same table and write what they find into a
new database file, each in a process of its own: floor, engine, floor, engine. The least CPU of each counts. When one
move or one interval differs, it fails.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from orchestration.home import PROJECT_FOLDER

FOLDER = Path(__file__).parent
DBT_PROJECT = PROJECT_FOLDER / "dbt_project"
MARTS = ("fct_stage_transitions", "fct_stage_intervals")
DICTIONARY = ("event_types", "lifecycles", "lifecycle_stages", "stage_rules", "thresholds")
GIVEN = {"fct_customer_events", "int_build_clocks_resolved", *DICTIONARY}
LANDED = """
    create schema landing;
    create table landing.build_requests (models_version varchar);
    create table landing.recorded_stage_lives (lifecycle_id varchar, entity_id varchar, heard_hash decimal(38, 0));
    create table landing.recorded_funnel_entities (entity_type varchar, entity_id varchar, heard_hash decimal(38, 0));
"""  # nothing was worked out before
EVENTS = "events.duckdb"
REPEATS = 2
NOT_BY_HAND = {"reactivation_source", "reactivation_campaign_id"}  # the made-up customers are reached by no campaign
ROUNDED = {"cumulative_days": "round(cumulative_days, 9)"}  # sums of fractions, added in whatever order

Statements = list[tuple[str, str]]


@dataclass(frozen=True)
class Cost:
    """What one process took, and each of its statements."""

    wall: float
    cpu: float
    peak: float
    statements: dict[str, float]


@dataclass(frozen=True)
class Measurement:
    """Engine and floor on the same rows."""

    size: int
    events: int
    transitions: int
    engine: Cost
    floor: Cost


def compile_models(folder: Path, marts: tuple[str, ...] = MARTS, given: set[str] = GIVEN) -> Statements:
    """Return the models of marts, compiled, each as the statement that builds its table, parents first."""
    command = [Path(sys.executable).with_name("dbt"), "compile", "--quiet", "--no-version-check", "--profiles-dir", "."]
    command += [
        "--select",
        *(f"+{mart}" for mart in marts),
        "--target-path",
        folder / "target",
        "--log-path",
        folder / "logs",
    ]
    environment = {**os.environ, "LIFECYCLE_WORKING_DATABASE": str(folder / "working.duckdb"), "DO_NOT_TRACK": "1"}
    subprocess.run(command, cwd=DBT_PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")}
    statements: Statements = []
    done = set(given)

    def add(name: str) -> None:
        if name in done:
            return
        done.add(name)
        for parent in nodes[name]["depends_on"]["nodes"]:
            if not parent.startswith("source."):
                add(parent.split(".")[-1])
        kind = "view" if nodes[name]["config"]["materialized"] == "view" else "table"
        statements.append((name, f"create {kind} {nodes[name]['relation_name']} as {nodes[name]['compiled_code']}"))

    for mart in marts:
        add(mart)
    return statements


def settings(memory: str | None) -> dict[str, str]:
    """Return the settings with which dbt opens DuckDB; threads and memory are left to DuckDB there."""
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    limit = {"memory_limit": memory} if memory else {}
    return profile["customer_lifecycle"]["outputs"]["duckdb"]["settings"] | limit


def seed_types(seed: str) -> dict[str, str]:
    """Return the types of a seed's columns as the project declares them."""
    declared = yaml.safe_load((DBT_PROJECT / "seeds/dictionary/_dictionary__seeds.yml").read_text(encoding="utf-8"))
    found = next(entry for entry in declared["seeds"] if entry["name"] == seed)
    return found.get("config", {}).get("column_types", {})


def write_events(database: Path, customers: int, long_life: int, more: str = "") -> int:
    """Write the rows that both read, then what `more` makes of them, and return how many events they are."""
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "set enable_progress_bar = false; create schema dictionary; create schema intermediate; create schema marts"
        )
        connection.execute(LANDED)
        for seed in DICTIONARY:
            source = f"read_csv('{DBT_PROJECT}/seeds/dictionary/{seed}.csv', types = {seed_types(seed)})"
            kept = "" if seed in ("event_types", "thresholds") else " where lifecycle_id = 'customer'"
            connection.execute(f"create table dictionary.{seed} as from {source}{kept}")
        connection.execute(f"set variable customers = {customers}; set variable long_life = {long_life}")
        connection.execute((FOLDER / "stage_events.sql").read_text(encoding="utf-8") + more)
        return count(connection, "marts.fct_customer_events")


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Return the rows of a relation."""
    found = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(found[0]) if found else 0


def measure(folder: Path, database: str, statements: Statements, memory: str | None) -> Cost:
    """Run statements in a process of its own and return what it took."""
    target = folder / f"{database}.duckdb"
    target.unlink(missing_ok=True)
    plan = {"settings": settings(memory), "events": str(folder / EVENTS), "database": str(target)}
    plan |= {"statements": statements}
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, str(FOLDER / "stage_runs.py"), str(folder / "plan.json")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return Cost(**json.loads(told))


def columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    """Return the columns of a relation, each with its type."""
    return [(row[0], row[1]) for row in connection.execute(f"describe {relation}").fetchall()]


def compare(folder: Path) -> int:
    """Return how many moves both found; fails when engine and floor differ in a row."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        for database in ("working", "floor"):
            connection.execute(f"attach '{folder / database}.duckdb' as {database} (read_only)")
        for mart in MARTS:
            table = mart.removeprefix("fct_")
            told = columns(connection, f"working.marts.{mart}")
            found = [column for column in told if column[0] not in NOT_BY_HAND]
            if written := set(found) ^ set(columns(connection, f"floor.marts.{table}")):
                raise SystemExit(f"{table}: columns or types are of one alone: {sorted(written)}")
            selected = ", ".join(ROUNDED.get(column, column) for column, _ in found)
            engine = f"select {selected} from working.marts.{mart}"
            floor = f"select {selected} from floor.marts.{table}"
            for left, right in ((engine, floor), (floor, engine)):
                if rows := count(connection, f"(({left}) except all ({right}))"):
                    raise SystemExit(f"{table}: {rows} rows are found by one alone: {left} ...")
        return count(connection, "floor.marts.stage_transitions")


def measure_both(
    folder: Path, models: Statements, memory: str | None, customers: int, long_life: int = 0
) -> Measurement:
    """Measure floor and engine in turn on made-up rows."""
    events = write_events(folder / EVENTS, customers, long_life)
    floor = [("floor", (FOLDER / "stage_floor.sql").read_text(encoding="utf-8"))]
    floors, engines = [], []
    for _ in range(REPEATS):
        floors.append(measure(folder, "floor", floor, memory))
        engines.append(measure(folder, "working", models, memory))
    return Measurement(
        long_life or customers,
        events,
        compare(folder),
        min(engines, key=lambda cost: cost.cpu),
        min(floors, key=lambda cost: cost.cpu),
    )


def figures(cost: Cost) -> str:
    """Return the cells of one process."""
    return f"{cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.0f}"


def print_lines(lines: list[str]) -> None:
    """Print a table and an empty line."""
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def print_sizes(measured: list[Measurement]) -> None:
    """Print what each size took, and how the engine's cost grew."""
    costs = "CPU s | wall s | peak MB"
    lines = [f"| customers | events | moves | engine {costs} | floor {costs} | ratio |", "|---" * 10 + "|"]
    for each in measured:
        cells = f"{figures(each.engine)} | {figures(each.floor)} | {each.engine.cpu / each.floor.cpu:.2f}"
        lines.append(f"| {each.size:,} | {each.events:,} | {each.transitions:,} | {cells} |")
    print_lines(lines)
    lines = ["| from | to | engine CPU | n log n would be |", "|---|---|---|---|"]
    for small, large in itertools.pairwise(measured):
        allowed = large.events * math.log(large.events) / (small.events * math.log(small.events))
        grown = large.engine.cpu / small.engine.cpu
        lines.append(f"| {small.size:,} | {large.size:,} | {grown:.1f} times | {allowed:.1f} times |")
    print_lines(lines)


def print_models(largest: Measurement) -> None:
    """Print the engine's CPU by model."""
    lines = [f"| model, {largest.size:,} customers | CPU s | share |", "|---|---|---|"]
    for name, cpu in sorted(largest.engine.statements.items(), key=lambda item: -item[1]):
        lines.append(f"| `{name}` | {cpu:.2f} | {cpu / largest.engine.cpu:.0%} |")
    print_lines(lines)


def print_long_lives(measured: list[Measurement]) -> None:
    """Print what an order costs in the life of one customer, beyond what the shortest of these lives costs."""
    lines = [
        "| orders of one customer | moves | engine CPU s | CPU µs a further order | floor CPU s |",
        "|---" * 5 + "|",
    ]
    for each in measured:
        further = (each.engine.cpu - measured[0].engine.cpu) / max(each.size - measured[0].size, 1) * 1e6
        cells = f"{each.engine.cpu:.2f} | {further:,.0f} | {each.floor.cpu:.2f}"
        lines.append(f"| {each.size:,} | {each.transitions:,} | {cells} |")
    print_lines(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--long-life", type=int, nargs="*", default=[10, 1_000, 100_000])
    parser.add_argument("--memory", help="DuckDB's memory limit; else its own, four fifths of the machine's")
    parser.add_argument("--folder", type=Path, help="where the databases are kept; else a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        models = compile_models(folder)
        if sizes := [measure_both(folder, models, options.memory, customers) for customers in options.customers]:
            print_sizes(sizes)
            print_models(sizes[-1])
        if lives := [measure_both(folder, models, options.memory, 1, orders) for orders in options.long_life]:
            print_long_lives(lives)


if __name__ == "__main__":
    main()
