"""What a release depends on: when any of it changes, the next run has work to do."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from expectations.contract import load_contract
from orchestration.engine import Engine
from orchestration.landing.ledger import prepare_tables
from orchestration.publishing.fingerprint import input_fingerprint


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        prepare_tables(opened, load_contract())
        yield opened


def fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    return input_fingerprint(connection, Engine.DUCKDB, "code", None, None)


@pytest.mark.parametrize(
    "change",
    [
        "insert into landing.files (content_hash, mapping_name, status) values ('a', 'crm.leads', 'landed')",
        """
        insert into landing.recorded_assignments (experiment_id, customer_id, arm)
        values ('winback_2026_w1', 'anna', 'control')
        """,
    ],
)
def test_what_was_landed_and_what_was_drawn_change_it(connection: duckdb.DuckDBPyConnection, change: str) -> None:
    before = fingerprint(connection)
    assert fingerprint(connection) == before
    connection.execute(change)
    assert fingerprint(connection) != before


def test_an_export_alone_changes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    before = fingerprint(connection)
    connection.execute("insert into landing.recorded_exports (export_id) values ('winback_2026_w1_e1')")
    assert fingerprint(connection) == before
