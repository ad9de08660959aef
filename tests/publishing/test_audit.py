"""The audit of built marts: facts do not vanish, and nothing names a person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from test_release import manifest

from expectations.published import judge_published
from orchestration.publishing.audit import measure_marts
from orchestration.publishing.release import PublishedTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.publishing.release import Manifest


@pytest.fixture
def working() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
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
    outcomes = judge_published(measure_marts(connection, release))
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


def test_a_number_that_raw_holds_is_found_however_it_looks(working: duckdb.DuckDBPyConnection) -> None:
    working.execute("create schema raw; create table raw.crm__leads as select '138 0000 1234' as phone, 'x' as email")
    working.execute("insert into marts.fct_orders values ('138 0000 1234')")
    assert broken(working, None) == [("fct_orders", "no_personal_values")]
