"""Builds day by day give what one build of everything gives, row for row, whatever arrives when."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from building import SESSION, CompiledProject
from schedules import CONTACTS, DAYS, LandedCompany, Schedule, drawn_schedule, load

from expectations.contract import load_contract
from orchestration.home import PROJECT_FOLDER, SAMPLE_COMPANY, WarehouseHome
from orchestration.landing.ledger import prepare_tables, request_build
from orchestration.landing.loading import land_folder
from orchestration.landing.mapping import load_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("incremental")

STAGES = ("fct_stage_transitions", "fct_stage_intervals", "rpt_upcoming_transitions")
FUNNELS = ("fct_funnel_attempts", "int_funnel_attempts_kept")
MARTS = (*STAGES, *FUNNELS)
PERSONS = 40
COMPANIES = 10  # in one warehouse
FEW, MANY = 5, 50  # warehouses, so 50 and 500 schedules
ONLINE_RETAIL = PROJECT_FOLDER.parent / "shared" / "data" / "online_retail"
LONGER_SILENCES = """
    update {stage_rules} set silent_days = silent_days + 3, rule_version = rule_version + 1
    where lifecycle_id = 'customer' and rule_trigger = 'inactivity'
"""
OTHER_FUNNELS = """
    update {funnels} set window_length = window_length - 3 where window_length > 3;
    delete from {funnels} where funnel_id = 'order_fulfilment';
    update {funnel_breakdowns} set at_step = '1' where at_step = '5'
"""


class Warehouse:
    """A working database in memory in which stages, funnels and all that they read are built."""

    def __init__(self, project: CompiledProject) -> None:
        self.project = project
        self.connection = duckdb.connect()
        self.connection.execute(f"attach ':memory:' as working; use working; {SESSION}")
        prepare_tables(self.connection, load_contract())
        for schema in ("dictionary", "staging", "intermediate", "marts"):
            self.connection.execute(f"create schema {schema}")
        project.copy_dictionary(self.connection)

    def change_rules(self) -> None:
        """Change the dictionary: customers may be silent three days longer; funnels are shorter, one is gone."""
        tables = {name: self.project.relation(name) for name in ("stage_rules", "funnels", "funnel_breakdowns")}
        self.connection.execute(LONGER_SILENCES.format(**tables))
        self.connection.execute(OTHER_FUNNELS.format(**tables))

    def build(self, as_of: str | None = None, models_version: str = "these") -> tuple[int, int]:
        """Build everything once more; return how many lives were worked out, and how many entities of funnels."""
        request_build(self.connection, as_of, None, models_version)
        for name in self.project.read_by(*MARTS):
            if self.project.nodes[name]["resource_type"] == "model":
                self.project.build(self.connection, name)
        return len(self.rows("int_stage_lives_numbered")), len(self.rows("int_funnel_entities_changed"))

    def rows(self, name: str) -> list[tuple]:
        """Return the rows of a model, in order."""
        return self.connection.execute(f"from {self.project.relation(name)} order by all").fetchall()

    def customers(self) -> int:
        """Return how many customers live a lifecycle."""
        lives = self.project.relation("int_stage_lives_heard")
        found = self.connection.execute(f"select count(*) from {lives} where lifecycle_id = 'customer'").fetchone()
        return found[0] if found else 0


def dbt(home: WarehouseHome, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on a warehouse's working database."""
    command = [Path(sys.executable).with_name("dbt"), *arguments, "--quiet", "--no-version-check"]
    command += ["--profiles-dir", ".", "--log-path", home.folder / "logs", "--target-path", home.dbt_target("duckdb")]
    environment = {**os.environ, "LIFECYCLE_WORKING_DATABASE": str(home.working_database), "DO_NOT_TRACK": "1"}
    return subprocess.run(
        command, cwd=PROJECT_FOLDER / "dbt_project", env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """The project as dbt compiles it, with the sample company landed."""
    home = WarehouseHome(tmp_path_factory.mktemp("compiled"))
    with duckdb.connect(str(home.working_database)) as connection:
        land_folder(connection, SAMPLE_COMPANY, ())
    for command in ("seed", "compile"):
        assert dbt(home, command).returncode == 0
    return CompiledProject.of(home)


@pytest.fixture(scope="module")
def company(project: CompiledProject) -> LandedCompany:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{project.working_database}' as sample (read_only)")
        return LandedCompany.of(connection, "sample")


@pytest.fixture(scope="module")
def online_retail() -> LandedCompany:
    if not ONLINE_RETAIL.exists():
        pytest.skip("the public extracts are not beside the project")
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as shop; use shop")
        land_folder(connection, ONLINE_RETAIL, load_mapping(PROJECT_FOLDER / "examples/online_retail/mapping.yml"))
        return LandedCompany.of(connection, "shop")


def drawn_companies(company: LandedCompany, table: str, chance: random.Random) -> Schedule:
    """Draw some customers by rows of a table, and how they arrive; ten times, side by side."""
    drawn = (company.some(chance, table, PERSONS) for _ in range(COMPANIES))
    return Schedule.beside_each_other([drawn_schedule(chance, rows) for rows in drawn])


def disagreements(project: CompiledProject, schedule: Schedule, chance: random.Random) -> Iterator[tuple[int, str]]:
    """Yield day and table wherever the build of a day differs from one build of all that had come by then.

    The last day is compared always, and one of the others.
    """
    compared = {DAYS - 1, chance.randint(0, DAYS - 2)}
    daily = Warehouse(project)
    for day in range(DAYS):
        load(daily.connection, schedule.arrivals[day], day)
        if day == schedule.rule_changed_on:
            daily.change_rules()
        daily.build(schedule.as_of[day])
        if day in compared:
            at_once = built_at_once(project, schedule, day)
            yield from ((day, name) for name in MARTS if daily.rows(name) != at_once.rows(name))


def built_at_once(project: CompiledProject, schedule: Schedule, day: int) -> Warehouse:
    """Build all that had come by a day in a new warehouse."""
    warehouse = Warehouse(project)
    for earlier in range(day + 1):
        load(warehouse.connection, schedule.arrivals[earlier], earlier)
    if schedule.is_rule_changed(day):
        warehouse.change_rules()
    warehouse.build(schedule.as_of[day])
    return warehouse


SEEDS = [*range(FEW), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(FEW, MANY))]


@pytest.mark.parametrize("seed", SEEDS)
def test_builds_day_by_day_give_what_one_build_gives(
    project: CompiledProject, company: LandedCompany, seed: int
) -> None:
    chance = random.Random(seed)
    assert list(disagreements(project, drawn_companies(company, CONTACTS, chance), chance)) == []


def test_online_retail_day_by_day_gives_what_one_build_gives(
    project: CompiledProject, online_retail: LandedCompany
) -> None:
    chance = random.Random(1)
    schedule = drawn_companies(online_retail, "orders__orders", chance)
    assert list(disagreements(project, schedule, chance)) == []


AS_OF = "select as_of from working.intermediate.int_build_clocks_resolved"
FAULTS = [
    ("int_entities_heard", "cast(hash(customer_events) as decimal(38, 0))", "1"),
    ("int_entities_heard", "cast(hash(customer_events) as decimal(38, 0))", "hash(customer_events.event_id)"),
    ("int_stage_lives_heard", "+ dictionary_hashed.dictionary_hash", "+ 0"),
    ("int_stage_lives_numbered", "and heard.heard_hash = recorded.heard_hash", ""),
    ("int_entities_heard", "sum(event_hash)", "min(event_hash)"),
    ("int_funnel_entities_heard", "+ coalesce(entities_moved.moves_hash, 0)", ""),
    ("int_funnel_entities_heard", "+ dictionary_hashed.dictionary_hash", ""),
    ("int_funnel_entities_changed", "and heard.heard_hash = recorded.heard_hash", ""),
    ("int_funnel_attempts_kept", "status,", f"case when ended_at > ({AS_OF}) then 'open' else status end as status,"),
]


@pytest.mark.parametrize(("model", "sound", "faulty"), FAULTS)
def test_a_fault_is_found(
    project: CompiledProject, company: LandedCompany, model: str, sound: str, faulty: str
) -> None:
    code = project.code(model)
    assert sound in code
    altered = replace(project, altered={model: code.replace(sound, faulty)})
    chances = (random.Random(seed) for seed in range(FEW))
    assert any(
        next(disagreements(altered, drawn_companies(company, CONTACTS, chance), chance), None) for chance in chances
    )


def test_only_who_heard_something_new_is_worked_out(project: CompiledProject, company: LandedCompany) -> None:
    rows = company.some(random.Random(1), CONTACTS, 40)
    orders = [(table, row) for table, row in rows if table == "orders__orders" and row["deal_id"] is None]
    newest = max(orders, key=lambda order: order[1]["ordered_at"])
    warehouse = Warehouse(project)
    load(warehouse.connection, [arrival for arrival in rows if arrival[1] is not newest[1]], 0)
    everybody = warehouse.build()
    assert everybody[0] > warehouse.customers() > 40

    assert warehouse.build() == (0, 0)
    load(warehouse.connection, [newest], 1)
    assert warehouse.build() == (1, 2)  # who ordered, in the only lifecycle of customers; in funnels as a visitor, too

    # the clock alone touches no life, and what was to come has come: on its day, not before; it concerns funnels
    newest_event = warehouse.rows("int_build_clocks_resolved")[0][0]
    upcoming = warehouse.rows("rpt_upcoming_transitions")
    to_come, due = {row[0]: row[-1] for row in upcoming}, sorted({row[-1] for row in upcoming})
    moved: set[tuple] = set()
    for until in (due[0], due[len(due) // 2]):
        lives, entities = warehouse.build(as_of=str(until))
        come = {row[:4] for row in warehouse.rows("fct_stage_transitions") if row[0] in to_come}
        assert {move[0] for move in come} == {move for move, due_at in to_come.items() if due_at <= until}
        assert (lives, entities) == (0, len(heard_by_funnels(come - moved)))
        moved |= come
    assert warehouse.build(as_of=str(newest_event)) == (0, len(heard_by_funnels(moved)))
    assert warehouse.rows("rpt_upcoming_transitions") == upcoming

    # other rules concern their lifecycle and funnels, other models concern all
    warehouse.change_rules()
    parties = [row for row in warehouse.rows("int_funnel_entities_heard") if row[0] != "deal"]
    assert warehouse.build(as_of=str(newest_event)) == (warehouse.customers(), len(parties))
    assert warehouse.build(as_of=str(newest_event), models_version="others") == everybody


def heard_by_funnels(moves: set[tuple]) -> set[tuple]:
    """Return the entities of a kind that has funnels, of moves told by id, lifecycle, entity and customer."""
    return {(lifecycle, entity) for _, lifecycle, entity, _ in moves if lifecycle in ("customer", "deal")}


ENGINE = ("run", "--select", "path:models/intermediate/stage_engine", "int_reactivations_attributed")
MOVES, WORKED_OUT = "intermediate.int_stage_moves_kept", "intermediate.int_stage_lives_numbered"


def test_dbt_keeps_what_holds_and_works_out_what_is_lost(project: CompiledProject, tmp_path: Path) -> None:
    """The materialization itself; the other tests build as it does, without a dbt run for each day."""
    home = WarehouseHome(tmp_path)
    shutil.copy(project.working_database, home.working_database)

    def rows(table: str) -> list[tuple]:
        with duckdb.connect(str(home.working_database), read_only=True) as connection:
            return connection.execute(f"from {table} order by all").fetchall()

    def change(sql: str) -> None:
        with duckdb.connect(str(home.working_database)) as connection:
            connection.execute(sql)

    assert dbt(home, "run", "--select", "+int_stage_moves_kept").returncode == 0
    moves, everybody = rows(MOVES), len(rows(WORKED_OUT))
    assert len(moves) > everybody > 2000

    # once more by itself it replaces what it has; when nobody heard anything new, all stays
    record = rows("landing.recorded_stage_lives")
    assert dbt(home, "run", "--select", "int_stage_moves_kept").returncode == 0
    assert (rows(MOVES), rows("landing.recorded_stage_lives")) == (moves, record)
    assert dbt(home, *ENGINE).returncode == 0
    assert (rows(MOVES), rows(WORKED_OUT)) == (moves, [])

    # whatever fails at the very end of its statements leaves all as it was
    change(f"update {MOVES} set rule_id = 'stale' where lifecycle_id = 'deal'")
    change("""
        create table of_customers as from landing.recorded_stage_lives where lifecycle_id != 'deal';
        drop table landing.recorded_stage_lives;
        create table landing.recorded_stage_lives as select *, 'no' as told from of_customers;
        alter table landing.recorded_stage_lives alter told set not null
    """)
    stale = rows(MOVES)
    assert "NOT NULL constraint failed" in dbt(home, *ENGINE).stdout
    assert rows(MOVES) == stale
    change("alter table landing.recorded_stage_lives alter told drop not null")
    assert dbt(home, *ENGINE).returncode == 0
    assert rows(MOVES) == moves
    assert {row[1] for row in rows(WORKED_OUT)} == {"deal"}

    # with a column that the model does not have, nothing is touched while rows would be lost
    change(f"alter table {MOVES} add column told varchar")
    wider = rows(MOVES)
    assert "was made with other columns: run dbt once with --full-refresh" in dbt(home, *ENGINE).stdout
    assert rows(MOVES) == wider
    change("delete from landing.recorded_stage_lives")
    assert dbt(home, *ENGINE).returncode == 0
    assert rows(MOVES) == moves

    # lost rows, or all of them asked for
    change(f"drop table {MOVES}")
    for options in ((), ("--full-refresh",)):
        assert dbt(home, *ENGINE, *options).returncode == 0
        assert (rows(MOVES), len(rows(WORKED_OUT))) == (moves, everybody)
