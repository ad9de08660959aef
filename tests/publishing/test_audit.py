"""The audit of built marts: facts do not vanish, and nothing names a person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from test_release import manifest

from expectations.contract import load_contract
from expectations.published import PUBLISHED_RULES
from expectations.table_rules import judge_tables
from orchestration.landing.ledger import prepare_tables
from orchestration.publishing.audit import measure_marts
from orchestration.publishing.release import PublishedTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.publishing.release import Manifest


@pytest.fixture
def working() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        prepare_tables(connection, load_contract())
        connection.execute("""
            create schema marts;
            create schema intermediate;
            create table intermediate.int_build_clocks_resolved as
                select timestamp '2026-01-01' as as_of, timestamp '2026-01-02' as known_at;
            create table marts.fct_orders as select range::varchar as order_id from range(10);
            create table marts.rpt_winback_eligibility as select 'x' as customer_id;
        """)
        yield connection


def last(rows_count: int, *, as_of: str = "2025-12-31 00:00:00", known_at: str = "2025-12-31 00:00:00") -> Manifest:
    tables = {name: PublishedTable(rows_count, "") for name in ("fct_orders", "rpt_winback_eligibility")}
    return replace(manifest(1), as_of=as_of, known_at=known_at, tables=tables)


def broken(connection: duckdb.DuckDBPyConnection, release: Manifest | None) -> list[tuple[str, str]]:
    outcomes = judge_tables(measure_marts(connection, release), PUBLISHED_RULES)
    return [(outcome.table, outcome.rule.name) for outcome in outcomes if not outcome.is_met]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (None, []),
        (last(20), []),
        (last(21), [("fct_orders", "volume_holds")]),
        (last(21, as_of="2026-01-05 00:00:00"), []),
        (last(21, known_at="2026-01-05 00:00:00"), []),
    ],
)
def test_facts_of_the_sources_may_not_shrink_by_half_unless_the_build_looks_back(
    working: duckdb.DuckDBPyConnection, release: Manifest | None, expected: list[tuple[str, str]]
) -> None:
    assert broken(working, release) == expected


@pytest.mark.parametrize("text", ["ann@example.com", "Mail JOHN@EXAMPLE.COM now", "李@例子.example"])
def test_an_address_in_any_text_column_is_found(working: duckdb.DuckDBPyConnection, text: str) -> None:
    working.execute("insert into marts.fct_orders values ($1)", [text])
    assert broken(working, None) == [("fct_orders", "no_personal_values")]


def test_what_is_in_a_mart_is_held_against_its_own_history_unless_the_build_looks_back(
    working: duckdb.DuckDBPyConnection,
) -> None:
    for number, rows_count in enumerate((20, 21, 24, 400)):
        working.execute(
            """
            insert into landing.recorded_runs (run_id, run_number, is_looking_back, is_closed) values ($1, $1, $2, true)
            """,
            [number, rows_count == 400],
        )
        working.execute(
            "insert into landing.recorded_tables (run_id, layer, table_name, rows_count) values ($1, 'marts', $2, $3)",
            [number, "fct_orders", rows_count],
        )
    assert broken(working, None) == [("fct_orders", "volume_is_usual")]  # 10 of 21
    working.execute("insert into landing.build_requests (as_of) values (timestamp '2025-01-01')")
    assert broken(working, None) == []
    working.execute("delete from landing.build_requests; insert into marts.fct_orders values ('one more')")
    assert broken(working, None) == []  # 11 of 21


def test_a_number_that_raw_holds_is_found_however_it_looks(working: duckdb.DuckDBPyConnection) -> None:
    working.execute("insert into raw.crm__leads (phone, email) values ('138 0000 1234', 'x')")
    working.execute("insert into marts.fct_orders values ('138 0000 1234')")
    assert broken(working, None) == [("fct_orders", "no_personal_values")]
