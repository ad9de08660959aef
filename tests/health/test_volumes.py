"""What is usual in a table, what arrived, and how long a source has been silent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from expectations.contract import load_contract
from expectations.delivered import DELIVERED_RULES, DeliveredMeasures
from expectations.table_rules import judge_tables
from orchestration.health.volumes import TableVolume, raw_volumes
from orchestration.landing.ledger import prepare_tables
from orchestration.publishing.audit import measure_deliveries

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = datetime(2025, 12, 31, 12)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose present run has landed 50 leads of 1,050, and no order."""
    with duckdb.connect() as opened:
        prepare_tables(opened, load_contract())
        opened.execute("""
            create schema marts;
            create schema intermediate;
            create table intermediate.int_build_clocks_resolved as select timestamp '2025-12-31 12:00:00' as as_of;
            create table marts.fct_customer_events (source_system varchar, source_table varchar, occurred_at timestamp);
            insert into marts.fct_customer_events values
                ('crm', 'leads', timestamp '2025-12-24'), ('crm', 'leads', timestamp '2025-12-23'),
                ('orders', 'orders', timestamp '2025-12-31'), ('staff', 'staff_events', timestamp '2025-01-01');
            insert into landing.recorded_runs (run_id, run_number, started_at, is_closed, is_looking_back)
                select 'r' || range, range, timestamp '2026-01-01' + to_days(range::int), range < 9, false
                from range(1, 10);
            insert into raw.crm__leads (lead_id, _loaded_at)
                select range::varchar, timestamp '2026-01-01' + to_days(if(range < 1000, 0, 20)) from range(1050);
            insert into raw.orders__orders (order_id, _loaded_at) values ('o1', timestamp '2026-01-01');
        """)
        yield opened


def deliver(connection: duckdb.DuckDBPyConnection, table: str, *arrived: int) -> None:
    """Write into the log what arrived in the runs before, from the first on."""
    for number, rows_count in enumerate(arrived, start=1):
        connection.execute(
            """
            insert into landing.recorded_tables (run_id, layer, table_name, rows_count, arrived_rows_count)
            values ($1, 'raw', $2, 1000, $3)
            """,
            [f"r{number}", table, rows_count],
        )


def volume(connection: duckdb.DuckDBPyConnection, table: str) -> TableVolume:
    (found,) = (volume for volume in raw_volumes(connection) if volume.table == table)
    return found


def test_what_arrived_is_what_the_present_run_has_loaded(connection: duckdb.DuckDBPyConnection) -> None:
    assert volume(connection, "crm.leads") == TableVolume(
        "raw",
        "crm.leads",
        1050,
        50,
        None,
        datetime(2025, 12, 24),
        load_contract().tables["crm.leads"].fresh_within_days,
    )
    assert volume(connection, "staff.staff_events").fresh_within_days is None


@pytest.mark.parametrize(
    ("arrived", "usual", "share"),
    [
        ((1000, 100), None, None),  # two runs make no habit
        ((1000, 100, 0, 0), None, None),  # nor do runs in which nothing came
        ((1000, 100, 0, 90, 0, 110), 105, 50 / 105),  # the first load is one of four
        ((12, 10, 11), None, None),  # a handful doubles by chance
    ],
)
def test_what_is_usual_is_the_median_of_the_deliveries(
    connection: duckdb.DuckDBPyConnection, arrived: tuple[int, ...], usual: float | None, share: float | None
) -> None:
    deliver(connection, "crm.leads", *arrived)
    assert volume(connection, "crm.leads").usual_rows_count == usual
    assert volume(connection, "crm.leads").share_of_usual == share


def test_a_delivery_that_did_not_come_is_not_a_small_one(connection: duckdb.DuckDBPyConnection) -> None:
    deliver(connection, "orders.orders", 100, 100, 100)
    assert volume(connection, "orders.orders").usual_rows_count == 100
    assert volume(connection, "orders.orders").share_of_usual is None


def test_days_overdue_are_counted_from_what_the_source_promises(connection: duckdb.DuckDBPyConnection) -> None:
    assert volume(connection, "crm.leads").days_overdue(AS_OF) == 7.5 - 7
    assert volume(connection, "orders.orders").days_overdue(AS_OF) == 0.5 - 3
    assert volume(connection, "orders.payments").days_overdue(AS_OF) is None  # nothing of it is known
    assert volume(connection, "staff.staff_events").days_overdue(AS_OF) is None  # promises nothing
    assert volume(connection, "crm.leads").days_overdue(None) is None  # nothing has happened


def test_a_source_that_fell_silent_and_a_delivery_out_of_range_are_named(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    deliver(connection, "crm.leads", 1000, 1000, 1000)
    outcomes = judge_tables(measure_deliveries(connection), DELIVERED_RULES)
    assert [(outcome.table, outcome.rule.name, outcome.value) for outcome in outcomes if not outcome.is_met] == [
        ("crm.leads", "volume_is_usual", 0.05),
        ("crm.leads", "is_fresh", 0.5),
    ]


@pytest.mark.parametrize("share", [0.25, 4.0])
def test_the_limits_themselves_pass(share: float) -> None:
    outcomes = judge_tables([DeliveredMeasures("crm.leads", 0.0, share)], DELIVERED_RULES)
    assert [outcome.is_met for outcome in outcomes] == [True, True]


def test_of_no_table_nothing_is_judged() -> None:
    assert judge_tables([], DELIVERED_RULES) == []
