"""Prints what an ordinary day costs beside a build of everything, on copies of the sample company, by model.

python benchmarks/ordinary_day.py [--copies N] [--share S] [--touched PERCENT] [--shown N] [--unchecked] [--home DIR]

The company is landed and built; then a day passes: some customers do once more what they did last - order, open a
ticket, use the product, visit, are called and written to -, some leads are new, and the models are run again on what is
there. The same rows are then built in a fresh database, and every mart must be the same. One dbt thread, so that the
seconds of a model are its own; CPU is that of the whole processes, dbt's start included. LIFECYCLE_DUCKDB_MEMORY, such
as 4GB, limits DuckDB's memory. Unchecked, the full build is the first one, before the day, and nothing is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from engines import land_copies

from orchestration.fitting.buying_models import refit_buying_models
from orchestration.fitting.churn_models import refit_churn_models
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.landing.ledger import next_instant

FITTED = "source:fitted+"
PERSON = "coalesce(contact_id, lead_id)"
CONDUCT = (  # what customers do: the table, its id, whose it is, when
    ("orders__orders", "order_id", "customer_id", "ordered_at"),
    ("product__usage_events", "usage_event_id", "customer_id", "occurred_at"),
    ("support__tickets", "ticket_id", "customer_id", "created_at"),
    ("marketing__messages", "message_id", PERSON, "sent_at"),
    ("marketing__sessions", "session_id", PERSON, "started_at"),
    ("crm__activities", "activity_id", PERSON, "occurred_at"),
)
DAY = """
    create temp table day as
    select max(try_cast(ordered_at as timestamp)) + interval 1 day as dawns_at from raw.orders__orders
"""
ONCE_MORE = """
    insert into raw.{table} by name
    select done.* replace (
        'N' || {id} as {id},
        strftime(dawns_at, '%Y-%m-%d %H:%M:%S') as {instant},
        $loaded_at as _loaded_at
    )
    from raw.{table} as done
    cross join day
    where hash({person}) % 10000 < $percent * 100
    qualify row_number() over (partition by {person} order by {instant} desc, {id}) = 1
"""
LINES_OF_ORDERS = """
    insert into raw.orders__order_lines by name
    select lines.* replace ('N' || lines.order_id as order_id, $loaded_at as _loaded_at)
    from raw.orders__order_lines as lines
    semi join raw.orders__orders as orders
        on 'N' || lines.order_id = orders.order_id and orders._loaded_at = $loaded_at
"""
NEW_LEADS = """
    insert into raw.crm__leads by name
    select leads.* replace (
        'N' || lead_id as lead_id,
        'new.' || email as email,
        null as phone,
        'new' as status,
        null as converted_contact_id,
        null as converted_deal_id,
        strftime(dawns_at, '%Y-%m-%d %H:%M:%S') as created_at,
        strftime(dawns_at, '%Y-%m-%d %H:%M:%S') as updated_at,
        $loaded_at as _loaded_at
    )
    from raw.crm__leads as leads
    cross join day
    where hash(lead_id) % 10000 < $percent * 10
    qualify row_number() over (partition by lead_id order by updated_at desc) = 1
"""
FILE = """
    insert into landing.files (content_hash, mapping_name, status, loaded_at)
    values ('one more day', '', 'landed', $loaded_at)
"""


@dataclass(frozen=True)
class Cost:
    """What a build took: in all, and of each model."""

    wall: float
    cpu: float
    models: dict[str, float]


def build(home: WarehouseHome) -> Cost:
    """Run every model on what is landed, as the main job does, without tests."""
    began, cpu_began = time.perf_counter(), cpu_seconds()
    models = run_models(home, "--exclude", FITTED)
    with duckdb.connect(str(home.working_database)) as connection:
        for name, refit in (("buying models", refit_buying_models), ("churn models", refit_churn_models)):
            fit_began = time.perf_counter()
            refit(connection)
            models[name] = time.perf_counter() - fit_began
    models |= run_models(home, "--select", FITTED)
    return Cost(time.perf_counter() - began, cpu_seconds() - cpu_began, models)


def run_models(home: WarehouseHome, *selection: str) -> dict[str, float]:
    """Run models and return the seconds of each."""
    dbt(home, "run", "--threads", "1", *selection)
    results = json.loads((home.dbt_target("duckdb") / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"].split(".")[-1]: result["execution_time"] for result in results}


def dbt(home: WarehouseHome, *arguments: str) -> None:
    """Run dbt on a warehouse's working database."""
    command = [Path(sys.executable).with_name("dbt"), *arguments, "--quiet", "--no-version-check"]
    command += ["--profiles-dir", ".", "--target-path", home.dbt_target("duckdb"), "--log-path", home.folder / "logs"]
    environment = {**os.environ, "LIFECYCLE_WORKING_DATABASE": str(home.working_database), "DO_NOT_TRACK": "1"}
    subprocess.run(command, cwd=PROJECT_FOLDER / "dbt_project", env=environment, check=True)  # noqa: S603


def let_a_day_pass(home: WarehouseHome, percent: float) -> None:
    """Let some customers do once more what they did last, a day after the newest order; some leads are new."""
    done = [
        ONCE_MORE.format(table=table, id=record_id, person=person, instant=instant)
        for table, record_id, person, instant in CONDUCT
    ]
    with duckdb.connect(str(home.working_database)) as connection:
        parameters = {"percent": percent, "loaded_at": next_instant(connection)}
        for statement in (DAY, *done, LINES_OF_ORDERS, NEW_LEADS, FILE):
            named = {name: value for name, value in parameters.items() if f"${name}" in statement}
            connection.execute(statement, named)


def customers_touched(home: WarehouseHome) -> tuple[int, int]:
    """Return how many customers the last build worked out, and how many there are."""
    with duckdb.connect(str(home.working_database)) as connection:
        touched = "select count(*) from intermediate.int_funnel_entities_changed where entity_type = 'customer'"
        found = [connection.execute(sql).fetchall() for sql in (touched, "select count(*) from marts.dim_customers")]
        return found[0][0][0], found[1][0][0]


def fresh_copy(home: WarehouseHome, folder: Path) -> WarehouseHome:
    """Return a home in which the same is landed and nothing is built."""
    fresh = WarehouseHome(folder)
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.working_database}' as old (read_only)")
        connection.execute(f"attach '{fresh.working_database}' as fresh; use fresh")
        for schema in ("raw", "landing", "fitted", "dictionary"):
            connection.execute(f"create schema if not exists {schema}")
            tables = "select table_name from duckdb_tables() where database_name = 'old' and schema_name = $1"
            for (table,) in connection.execute(tables, [schema]).fetchall():
                connection.execute(f"create table {schema}.{table} as from old.{schema}.{table}")
        for recorded in ("recorded_stage_lives", "recorded_funnel_entities"):
            connection.execute(f"delete from landing.{recorded}")
    return fresh


def differing_marts(left: WarehouseHome, right: WarehouseHome) -> list[str]:
    """Return the marts that are not the same, row for row."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left.working_database}' as l (read_only)")
        connection.execute(f"attach '{right.working_database}' as r (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'l' and schema_name = 'marts'"
        ).fetchall()
        found = []
        for (table,) in tables:
            one, other = f"from l.marts.{table}", f"from r.marts.{table}"
            rows = connection.execute(
                f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))"
            ).fetchall()
            found += [f"{table} ({rows[0][0]} rows)"] if rows[0][0] else []
    return found


def models_of(folder: str) -> list[str]:
    """Return the models of a folder."""
    return [path.stem for path in (PROJECT_FOLDER / "dbt_project" / "models").glob(f"{folder}/*.sql")]


def cpu_seconds() -> float:
    """Return what this process and its children have taken."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_gigabytes() -> float:
    """Return the most memory that a process which has ended held, of all that this one started."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0, help="of what customers do, 1 is all")
    parser.add_argument("--touched", type=float, default=1.0, help="percent of the customers")
    parser.add_argument("--shown", type=int, default=25, help="how many models to print, the dearest first")
    parser.add_argument("--unchecked", action="store_true", help="do not build the same rows once more to compare")
    parser.add_argument("--home", type=Path, help="a folder that is not there yet; else a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.home or Path(temporary) / "warehouse").resolve()
        home = WarehouseHome(folder / "daily")
        land_copies(home, options.copies, options.share)
        dbt(home, "seed")
        first = build(home)
        let_a_day_pass(home, options.touched)
        fresh = None if options.unchecked else fresh_copy(home, folder / "fresh")
        day, touched = build(home), customers_touched(home)
        full = build(fresh) if fresh else first
        differing = differing_marts(home, fresh) if fresh else []
        shutil.rmtree(folder, ignore_errors=True)
    if differing:
        raise SystemExit(f"The day's marts are not those of a full build: {', '.join(differing)}")
    print_day(day, full, touched, options)


def print_day(day: Cost, full: Cost, touched: tuple[int, int], options: argparse.Namespace) -> None:
    """Print the day beside the full build, the dearest models first."""
    told = "no mart was compared" if options.unchecked else "every mart is the same"
    lines = [
        f"{touched[1]:,} customers, of whom {touched[0]:,} were touched; {told}.",
        f"dbt held {peak_gigabytes():.1f} GB at most.",
        "| | full build | the day | share |",
        "|---|---|---|---|",
        f"| CPU s | {full.cpu:.0f} | {day.cpu:.0f} | {day.cpu / full.cpu:.0%} |",
        f"| wall s | {full.wall:.0f} | {day.wall:.0f} | {day.wall / full.wall:.0%} |",
    ]
    dearest = sorted(full.models, key=lambda name: -full.models[name])[: options.shown]
    groups = {
        "the stage engine, all its models": ["int_entities_heard", *models_of("intermediate/stage_engine")],
        "the funnels, all their models": models_of("*/funnel"),
        **{f"`{name}`": [name] for name in dearest},
    }
    for label, names in groups.items():
        seconds = [sum(cost.models.get(name, 0) for name in names) for cost in (full, day)]
        lines.append(f"| {label} | {seconds[0]:.2f} | {seconds[1]:.2f} | {seconds[1] / max(seconds[0], 0.01):.0%} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
