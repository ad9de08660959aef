"""The measures of the built marts, taken before anyone may see them, and of what the sources delivered for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from expectations.contract import load_contract
from expectations.delivered import DELIVERED_RULES, DeliveredMeasures, delivered_rules
from expectations.published import PUBLISHED_RULES, SOURCE_FACTS, PublishedMeasures
from expectations.table_rules import TableOutcome, judge_tables
from orchestration.health.volumes import mart_volumes, raw_volumes
from orchestration.publishing.release import MARTS_SCHEMA, Manifest, current_manifest, mart_names

if TYPE_CHECKING:
    from collections.abc import Collection

    from orchestration.home import WarehouseHome

_AUDIT_TABLE = """
create schema if not exists audit;
create table if not exists audit.published_tables (
    table_name varchar,
    rule_name varchar,
    meaning varchar,
    measured_value double,
    is_met boolean
);
"""
SHORTEST_ADDRESS = 7  # a shorter one may be anything
EMAIL_PATTERN = "(?i)[^@ ]+@[^@ ]+[.][a-z]{2,}"


def _gather_addresses(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the table `addresses` with what raw holds in the columns that the contract tags as address or number."""
    connection.execute("create or replace temp table addresses (address varchar)")
    there = {
        name
        for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
    }
    for table in load_contract().tables.values():
        for column in table.columns if table.raw_name in there else ():
            if column.personal in ("email", "phone"):
                found = f'select distinct trim("{column.name}") as address from raw.{table.raw_name}'
                connection.execute(f"insert into addresses from ({found}) where length(address) >= {SHORTEST_ADDRESS}")


def _personal_values(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    texts = connection.execute(
        """
        select column_name from duckdb_columns()
        where schema_name = $1 and table_name = $2 and data_type = 'VARCHAR'
        """,
        [MARTS_SCHEMA, table],
    ).fetchall()
    if not texts:
        return 0
    names = ", ".join(f'"{name}"' for (name,) in texts)
    counted = connection.execute(
        f"""
        select count(*) from (unpivot (select {names} from {MARTS_SCHEMA}.{table}) on {names} into name name value cell)
        where regexp_matches(cell, $1) or cell in (select address from addresses)
        """,
        [EMAIL_PATTERN],
    ).fetchone()
    return int(counted[0]) if counted else 0


def _share(rows_count: int, table: str, last: Manifest | None, clocks: tuple[str | None, str | None]) -> float | None:
    if last is None or table not in SOURCE_FACTS or table not in last.tables or not last.tables[table].rows_count:
        return None
    then = (last.as_of, last.known_at)
    if any(now is None or before is None or now < before for now, before in zip(clocks, then, strict=True)):
        return None  # a build that looks back has fewer rows by right
    return rows_count / last.tables[table].rows_count


def measure_marts(
    connection: duckdb.DuckDBPyConnection, last: Manifest | None, tables: Collection[str] | None = None
) -> list[PublishedMeasures]:
    """Return the measures of the marts in the working database, of all of them unless some are named."""
    clocks = build_clocks(connection)
    shares = _usual_shares(connection)
    _gather_addresses(connection)
    measures: list[PublishedMeasures] = []
    for table in mart_names(connection):
        if tables is not None and table not in tables:
            continue
        counted = connection.execute(f"select count(*) from {MARTS_SCHEMA}.{table}").fetchone()
        rows_count = int(counted[0]) if counted else 0
        share = _share(rows_count, table, last, clocks)
        personal_values = _personal_values(connection, table)
        measures.append(PublishedMeasures(table, rows_count, share, shares.get(table), personal_values))
    return measures


def _usual_shares(connection: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    asked = connection.execute("select count(as_of) + count(known_at) from landing.build_requests").fetchone()
    if asked and asked[0]:
        return {}  # a build that looks back has fewer rows by right
    return {volume.table: volume.share_of_usual for volume in mart_volumes(connection)}


def measure_deliveries(connection: duckdb.DuckDBPyConnection) -> list[DeliveredMeasures]:
    """Return the measures of the raw tables, once the marts tell up to when things have happened."""
    row = connection.execute("select as_of from intermediate.int_build_clocks_resolved").fetchone()
    as_of = row[0] if row else None
    return [
        DeliveredMeasures(volume.table, volume.days_overdue(as_of), volume.share_of_usual)
        for volume in raw_volumes(connection)
    ]


def build_clocks(connection: duckdb.DuckDBPyConnection) -> tuple[str | None, str | None]:
    """Return as_of and known_at of the present build as text, UTC."""
    row = connection.execute(
        "select as_of::varchar, known_at::varchar from intermediate.int_build_clocks_resolved"
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def audit_marts(home: WarehouseHome, tables: Collection[str] | None = None) -> list[TableOutcome]:
    """Judge built marts against the rules for published tables, and keep what was found.

    Args:
        home: the warehouse.
        tables: the marts to judge; all of them when it is not given.
    """
    with duckdb.connect(str(home.working_database)) as connection:
        outcomes = judge_tables(measure_marts(connection, current_manifest(home), tables), PUBLISHED_RULES)
        connection.execute(_AUDIT_TABLE)
        others = set(mart_names(connection)) - {outcome.table for outcome in outcomes}
        connection.execute("delete from audit.published_tables where not list_contains($1, table_name)", [list(others)])
        rows = [[o.table, o.rule.name, o.rule.meaning, o.value, o.is_met] for o in outcomes]
        connection.executemany("insert into audit.published_tables values ($1, $2, $3, $4, $5)", rows)
    return outcomes


def audit_deliveries(home: WarehouseHome) -> list[TableOutcome]:
    """Judge what the sources delivered, as far as they promise it."""
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        measures = measure_deliveries(connection)
    tables = load_contract().tables
    outcomes = judge_tables(measures, DELIVERED_RULES)
    return [outcome for outcome in outcomes if outcome.rule in delivered_rules(tables[outcome.table])]
