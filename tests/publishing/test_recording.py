"""The log of what was published: it grows by what changed, it is never half-written, the past does not rewrite it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from expectations.contract import load_contract
from orchestration.landing.ledger import prepare_tables
from orchestration.publishing.recording import record_publication
from orchestration.publishing.release import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = Manifest(
    release_id="r1",
    published_at="2026-01-01T00:00:00+00:00",
    as_of="2024-02-01 00:00:00",
    known_at="2024-02-02 00:00:00",
    input_fingerprint="one",
    code_version="0",
    engine="duckdb",
)
SECOND = replace(
    FIRST, release_id="r2", as_of="2024-03-01 00:00:00", known_at="2024-03-02 00:00:00", input_fingerprint="two"
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        prepare_tables(opened, load_contract())
        opened.execute("""
            create schema marts;
            create table marts.fct_stage_transitions (
                transition_id varchar, lifecycle_id varchar, entity_id varchar, to_stage varchar, rule_id varchar,
                move_number integer, rule_version integer, occurred_at timestamp
            );
            insert into marts.fct_stage_transitions values
                ('t1', 'customer', 'anna', 'known', 'identified', 1, 1, timestamp '2024-01-01'),
                ('t2', 'customer', 'anna', 'active', 'repeat_order', 2, 1, timestamp '2024-01-15')
        """)
        yield opened


def log(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    return connection.execute("""
        select transition_id, move_number, recorded_number, recorded_at::date::varchar, withdrawn_number,
            withdrawn_at::date::varchar
        from landing.recorded_transitions order by all
    """).fetchall()


def learn(connection: duckdb.DuckDBPyConnection) -> None:
    """A late record comes between the two moves, and a later one at the end; the second move is now the third."""
    connection.execute("""
        update marts.fct_stage_transitions set move_number = 3 where transition_id = 't2';
        insert into marts.fct_stage_transitions values
            ('t9', 'customer', 'anna', 'engaged', 'interest_shown', 2, 1, timestamp '2024-01-02'),
            ('t3', 'customer', 'anna', 'at_risk', 'silent_at_risk', 4, 1, timestamp '2024-02-15');
    """)


LEARNT = [
    ("t1", 1, 1, "2024-02-02", None, None),
    ("t2", 2, 1, "2024-02-02", 2, "2024-03-02"),
    ("t2", 3, 2, "2024-03-02", None, None),
    ("t3", 4, 2, "2024-03-02", None, None),
    ("t9", 2, 2, "2024-03-02", None, None),
]


def test_a_publication_adds_what_is_new_and_marks_what_is_gone(connection: duckdb.DuckDBPyConnection) -> None:
    assert record_publication(connection, FIRST)
    assert log(connection) == [("t1", 1, 1, "2024-02-02", None, None), ("t2", 2, 1, "2024-02-02", None, None)]
    learn(connection)
    assert record_publication(connection, SECOND)
    assert log(connection) == LEARNT
    noted = connection.execute("select publication_number, release_id from landing.recorded_publications").fetchall()
    assert noted == [(1, "r1"), (2, "r2")]


def test_the_same_inputs_are_recorded_once(connection: duckdb.DuckDBPyConnection) -> None:
    assert record_publication(connection, FIRST)
    learn(connection)
    assert not record_publication(connection, FIRST)
    assert len(log(connection)) == 2


def test_what_was_withdrawn_may_be_published_again(connection: duckdb.DuckDBPyConnection) -> None:
    record_publication(connection, FIRST)
    connection.execute("create table kept as from marts.fct_stage_transitions; delete from marts.fct_stage_transitions")
    record_publication(connection, SECOND)
    connection.execute("insert into marts.fct_stage_transitions from kept")
    record_publication(connection, replace(SECOND, input_fingerprint="three"))
    assert [(row[0], row[2], row[4]) for row in log(connection)] == [
        ("t1", 1, 2),
        ("t1", 3, None),
        ("t2", 1, 2),
        ("t2", 3, None),
    ]


@pytest.mark.parametrize("past", [{"known_at": "2024-03-01 23:59:59"}, {"as_of": "2024-02-29 00:00:00"}])
def test_a_release_that_looks_back_rewrites_nothing(
    connection: duckdb.DuckDBPyConnection, past: dict[str, str]
) -> None:
    record_publication(connection, FIRST)
    learn(connection)
    record_publication(connection, SECOND)
    connection.execute("delete from marts.fct_stage_transitions where transition_id != 't1'")
    assert not record_publication(connection, replace(SECOND, input_fingerprint="past", **past))
    assert log(connection) == LEARNT


def test_a_record_that_breaks_off_leaves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    record_publication(connection, FIRST)
    before = log(connection)
    learn(connection)
    connection.execute("alter table landing.recorded_publications rename column as_of to hidden")
    with pytest.raises(duckdb.Error):
        record_publication(connection, SECOND)
    connection.execute("alter table landing.recorded_publications rename column hidden to as_of")
    assert log(connection) == before
    assert record_publication(connection, SECOND)
    assert log(connection) == LEARNT


def test_nothing_is_recorded_before_anything_has_happened(connection: duckdb.DuckDBPyConnection) -> None:
    assert not record_publication(connection, replace(FIRST, as_of=None, known_at=None))
    assert log(connection) == []
