"""The sample company: what the contract tags as personal stays in raw, and one of its people is erased everywhere."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import lifecycle
from searching import found_in

from expectations.contract import load_contract
from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import SAMPLE_COMPANY, WarehouseHome
from orchestration.landing.loading import land_folder
from orchestration.publishing.release import Manifest, current_manifest

pytestmark = pytest.mark.xdist_group("sample")

TAGGED = [
    (table.raw_name, column.name)
    for table in load_contract().tables.values()
    for column in table.columns
    if column.personal and column.personal != "birth_year"
]
ERASED = re.compile(r"erased|@erased\.invalid|0000\d{7}|[0-9a-f]{32}")


def texts(connection: duckdb.DuckDBPyConnection, *schemas: str) -> Iterator[tuple[str, str]]:
    """Yield each table with the list of its columns of text."""
    yield from connection.execute(
        """
        select schema_name || '.' || table_name, string_agg('"' || column_name || '"', ', ') from duckdb_columns()
        where not internal and data_type = 'VARCHAR' and list_contains($1, schema_name) group by all order by 1
        """,
        [list(schemas)],
    ).fetchall()


def test_what_is_tagged_as_personal_is_nowhere_but_in_raw(sample_run: tuple[WarehouseHome, str]) -> None:
    with duckdb.connect(str(sample_run[0].working_database), read_only=True) as connection:
        told = " union ".join(f'select lower(trim("{column}")) as told from raw.{table}' for table, column in TAGGED)
        connection.execute(f"create temp table told as from ({told}) where length(told) > 1")
        leaks = {
            table: count
            for table, names in texts(connection, "staging", "intermediate", "fitted", "audit", "marts")
            for (count,) in connection.execute(f"""
                select count(*) from (unpivot (select {names} from {table}) on {names} into name name value cell)
                where lower(trim(cell)) in (select told from told)
            """).fetchall()
            if count
        }
        ((kept,),) = connection.execute("select count(*) from told").fetchall()
    assert kept > 5000
    assert leaks == {}


class Company:
    """A copy of the sample's warehouse and landing folder in which a wave of win-back was drawn."""

    def __init__(self, sample: WarehouseHome, folder: Path) -> None:
        self.home, self.landing = WarehouseHome(folder / "warehouse"), folder / "landing"
        shutil.copytree(sample.folder, self.home.folder, symlinks=True)
        shutil.copytree(SAMPLE_COMPANY, self.landing)
        done = lifecycle("winback", "export", "winback_2026", home=self.home.folder)
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.home.working_database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def somebody(self) -> str:
        """Return who of the wave has the most kinds of records."""
        ((customer,),) = self.ask("""
            select drawn.customer_id
            from landing.recorded_assignments as drawn
            inner join intermediate.int_identity_map as map using (customer_id)
            inner join marts.fct_customer_events as events using (customer_id)
            group by drawn.customer_id
            order by count(distinct events.source_table) desc, count(distinct map.party_key) desc, customer_id limit 1
        """)
        return str(customer)

    def identifiers(self, customer: str) -> set[str]:
        """Return all that the sources and the models know a customer by, in every spelling; no name of others too."""
        nodes = self.ask(f"select party_key from intermediate.int_identity_map where customer_id = '{customer}'")
        ids = {node.partition(":")[2] for (node,) in nodes}
        listed = ", ".join(f"'{value}'" for value in ids)
        told = self.ask(f"""
            select email, phone, name from raw.crm__contacts where contact_id in ({listed})
            union select email, phone, name from raw.crm__leads where lead_id in ({listed})
            union select email, phone, null from raw.orders__orders where customer_id in ({listed})
            union select requester_key, null, null from raw.support__tickets where customer_id in ({listed})
        """)
        shared = {name for (name,) in self.ask("select name from raw.crm__leads group by 1 having count(*) > 1")}
        return {customer} | ids | {value.strip() for row in told for value in row if value} - shared


@pytest.fixture(scope="module")
def company(sample_run: tuple[WarehouseHome, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(sample_run[0], tmp_path_factory.mktemp("erased"))


def rows_without_stand_ins(home: WarehouseHome, prefix: str) -> dict[str, list[tuple]]:
    """Return the rows of the published tables, each key and stand-in as a star, in no order."""
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where starts_with(table_name, $1) order by 1", [prefix]
        ).fetchall()
        return {
            name: sorted(
                (
                    tuple(ERASED.sub("*", str(cell)) for cell in row)
                    for row in connection.execute(f"from {name}").fetchall()
                ),
            )
            for (name,) in tables
            if name not in MARTS_OF_RUNS  # they tell a release's id, which is another one now
        }


def test_one_of_its_people_is_erased_from_everything(company: Company) -> None:
    home, landing = company.home, company.landing
    customer = company.somebody()
    identifiers = company.identifiers(customer)
    others = [f"A{value}" for value in identifiers if value.startswith("C0")]  # an activity's id ends with a buyer's
    assert len(identifiers) >= 10
    assert set(found_in([home.folder, landing], identifiers, others)) == identifiers, "the search can find them all"
    before = rows_without_stand_ins(home, "rpt_")
    ((arm,),) = company.ask(f"select arm from landing.recorded_assignments where customer_id = '{customer}'")

    done = lifecycle("erase", customer, "--landing", landing, home=home.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none tells of the person" in done.stdout
    assert found_in([home.folder, landing], identifiers, others) == {}

    # the figures are the same, cell by cell, but for the keys; so is all that was published of everybody else
    assert rows_without_stand_ins(home, "rpt_") == before
    manifest = current_manifest(home)
    assert manifest is not None
    assert manifest == Manifest.read(home.releases / manifest.release_id)
    ((heir, counted),) = company.ask("""
        select customer_id, count(*) from intermediate.int_identity_map
        where party_key like '%:erased-%' group by customer_id
    """)
    assert counted >= 4
    assert company.ask(f"select arm from landing.recorded_assignments where customer_id = '{heir}'") == [(arm,)]

    # the files as they are now were landed already
    with duckdb.connect(str(home.working_database)) as connection:
        assert land_folder(connection, landing).landed_rows_count == 0
    assert "Nobody is known by" in lifecycle("erase", customer, "--landing", landing, home=home.folder).stdout
