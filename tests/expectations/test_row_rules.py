"""Each kind of rule breaks on what it is there for, and on nothing else."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from expectations.contract import Column, Table, load_contract
from expectations.row_rules import column_rules, judge_rows, row_rules
from expectations.suites import broken_indexes

LOADED_AT = datetime(2024, 6, 1, 12)


def broken(column, values, unread=None):
    """Return the rows of a column that break each of its rules."""
    frame = pd.DataFrame({column.name: values, f"{column.name}__unread": unread or [None] * len(values)})
    frame.index = frame.index + 10
    outcomes = judge_rows(frame, list(column_rules(column)), loaded_at=LOADED_AT)
    assert all(outcome.rows_count == len(values) for outcome in outcomes)
    return {outcome.rule.name: list(outcome.broken_rows) for outcome in outcomes}


def column(**options):
    return Column(**{"name": "x", "type": "text", "description": "X.", **options})


def test_a_plain_text_column_has_no_rule():
    assert list(column_rules(column(required=True, personal="email"))) == []


def test_present_breaks_on_empty():
    assert broken(column(not_null=True), ["a", None, " ", None]) == {"x_present": [11, 13]}


def test_known_breaks_on_other_values_but_not_on_empty():
    assert broken(column(values=("new", "old")), ["new", "NEW", None, "old "]) == {"x_known": [11, 13]}


def test_readable_breaks_on_what_could_not_be_read():
    numbers = [1.0, np.nan, np.nan]
    assert broken(column(type="number"), numbers, [None, "x", None]) == {"x_readable": [11]}


def test_a_text_that_cannot_be_read_is_wrong_but_not_empty():
    result = broken(column(type="number", not_null=True), [1.0, np.nan, np.nan], [None, "x", None])
    assert result == {"x_readable": [11], "x_present": [12]}


@pytest.mark.parametrize(
    ("limits", "expected", "reason"),
    [
        ({"min": 0}, [10, 11], "is not at least 0"),
        ({"max": 1}, [14, 15], "is not at most 1"),
        ({"min": 0, "max": 1}, [10, 11, 14, 15], "is not between 0 and 1"),
    ],
)
def test_in_range_breaks_beyond_its_limits_and_not_on_them(limits, expected, reason):
    of = column(type="number", **limits)
    assert broken(of, [-1, -0.001, 0, 1, 1.001, 2, np.nan])["x_in_range"] == expected
    assert [rule.reason for rule in column_rules(of) if rule.name == "x_in_range"] == [reason]


def test_not_in_future_breaks_after_the_instant_of_loading():
    instants = pd.to_datetime(
        ["2024-06-01 12:00:00", "2024-06-01 12:00:01", None, "1900-01-01", "9999-12-31"], format="ISO8601"
    )
    result = broken(column(type="timestamp", past=True), instants)
    assert result == {"x_readable": [], "x_not_in_future": [11, 14]}


def test_no_broken_row_is_left_out_however_many_there_are():
    assert broken(column(not_null=True), [None] * 3_000)["x_present"] == list(range(10, 3_010))


def test_only_the_rules_of_sent_columns_apply():
    table = Table("s", "t", "T.", ("a",), (column(name="a", not_null=True), column(name="b", not_null=True)))
    assert [rule.name for rule in row_rules(table)] == ["a_present", "b_present"]
    assert [rule.name for rule in row_rules(table, ["b", "other"])] == ["b_present"]


def test_a_rule_that_cannot_be_evaluated_stops_everything():
    with pytest.raises(RuntimeError, match="expect_column_values_to_not_be_null"):
        broken_indexes(pd.DataFrame({"a": [1]}), [("ExpectColumnValuesToNotBeNull", {"column": "missing"})])


def test_results_keep_the_order_of_the_rules():
    frame = pd.DataFrame({"a": [None, 1, 2], "b": [2, None, 1], "c": [1, 1, None]})
    rules = [("ExpectColumnValuesToNotBeNull", {"column": name}) for name in "bca"]
    assert broken_indexes(frame, rules) == [(1,), (2,), (0,)]


@pytest.mark.parametrize("table", load_contract().tables.values(), ids=lambda table: table.id)
def test_every_table_of_the_contract_can_be_judged(table):
    names = [name for column in table.columns for name in (column.name, f"{column.name}__unread")]
    frame = pd.DataFrame({name: pd.Series([None], dtype=object) for name in names})
    outcomes = {outcome.rule.name: outcome.broken_rows for outcome in judge_rows(frame, row_rules(table))}
    required = {f"{column.name}_present" for column in table.columns if column.not_null}
    assert {name for name, rows in outcomes.items() if rows} == required
