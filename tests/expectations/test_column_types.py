"""What each column type takes, and what it reads; the session's time zone makes no difference."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from expectations.column_types import COLUMN_TYPES

READ = {
    "text": {"": "", "a\nb": "a\nb", "NULL": "NULL", "é😀": "é😀"},
    "integer": {"0": 0, "-12": -12, "+7": 7, "007": 7, "-2147483647": -2147483647},
    "number": {"1299.5": 1299.5, ".5": 0.5, "1.": 1.0, "-1e3": -1000.0, "1E-2": 0.01, "+2": 2.0},
    "money": {
        "1299.50": Decimal("1299.5000"),
        "-.5": Decimal("-0.5000"),
        "1e3": Decimal("1000.0000"),
        "0E-10": Decimal("0.0000"),
        "-999999999999.9999": Decimal("-999999999999.9999"),
    },
    "boolean": {"true": True, "FALSE": False, "t": True, "F": False, "1": True, "0": False},
    "date": {"2024-02-29": date(2024, 2, 29), "1900-01-01": date(1900, 1, 1), "9999-12-31": date(9999, 12, 31)},
    "timestamp": {
        "2024-01-01": datetime(2024, 1, 1),
        "2024-01-01 10:00": datetime(2024, 1, 1, 10),
        "2024-01-01T10:00:01": datetime(2024, 1, 1, 10, 0, 1),
        "2024-01-01 10:00:00.123456": datetime(2024, 1, 1, 10, 0, 0, 123456),
        "2024-01-01T10:00:00Z": datetime(2024, 1, 1, 10),
        "2024-01-01T10:00:00+02:00": datetime(2024, 1, 1, 8),
        "2024-01-01T10:00:00-0930": datetime(2024, 1, 1, 19, 30),
        "2024-01-01 10:00:00+14": datetime(2023, 12, 31, 20),
        "2024-03-31 02:30:00": datetime(2024, 3, 31, 2, 30),
        "9999-12-31 23:59:59.999999": datetime(9999, 12, 31, 23, 59, 59, 999999),
    },
}
NOT_READ = {
    "integer": ["", "1.0", "1e3", "1_000", "1,000", " 1", "0x1F", "nan", "2147483648", "9" * 400, "١٢"],
    "number": [
        "",
        "1,299.50",
        "1_000",
        "nan",
        "inf",
        "-Infinity",
        "1e400",
        "-1e999",
        "1e12",
        "1 000",
        "$5",
        "1,5",
        ".",
        "e5",
    ],
    "money": ["", "1,299.50", "1_000", "nan", "inf", "$5", "5 USD", "1e400", "-1000000000000"],
    "boolean": ["", "yes", "no", "on", "2", "wahr", " true"],
    "date": [
        "",
        "2023-02-29",
        "2024-1-1",
        "01/02/2024",
        "2024-01-01 10:00:00",
        "epoch",
        "infinity",
        "20240101",
        "1899-12-31",
        "0000-01-01",
    ],
    "timestamp": [
        *("", "2023-02-29", "2024-13-01 00:00:00", "2024-01-01 25:00:00", "2024-01-01 10:61:00", "2024-1-1"),
        *("epoch", "infinity", "-infinity", "nan", "now", "today", "2024-01-01 10:00:00 UTC", "1704067200"),
        *("2024-01-01T10:00+02:00", "2024-01-01 10:00:00+25:00", "2024-01-01 10:00:00+02:99"),
        *("2024-01-01 24:00:00", "2016-12-31 23:59:60", "0000-01-01", "0001-01-01", "1900-01-01 00:00:00+01:00"),
        "9999-12-31 23:59:59-01:00",
        *("2024-01-01 10:00:00.1234567", "2024-01-01Z", "2024-01-01 10", "2024-01-01 10:00:00 +02:00"),
    ],
}


@pytest.fixture(scope="module")
def read():
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")

        def of(kind, text):
            reading = COLUMN_TYPES[kind].reading("x")
            return connection.execute(f"select {reading} from (select $1::varchar as x)", [text]).fetchone()[0]

        yield of


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in READ.items() for text in texts])
def test_it_is_read(read, kind, text):
    value = read(kind, text)
    assert value == READ[kind][text]
    assert type(value) is type(READ[kind][text])


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in NOT_READ.items() for text in texts])
def test_it_is_not_read(read, kind, text):
    assert read(kind, text) is None


@pytest.mark.parametrize("kind", COLUMN_TYPES)
def test_nothing_stays_nothing(read, kind):
    assert read(kind, None) is None


def test_every_type_has_its_texts_here_and_says_what_to_send():
    assert set(READ) == set(COLUMN_TYPES)
    assert set(NOT_READ) | {"text"} == set(COLUMN_TYPES)
    assert all(kind.remedy.startswith("send ") for kind in COLUMN_TYPES.values())


@pytest.mark.parametrize("kind", ["integer", "number", "money", "boolean", "date"])
def test_what_landing_reads_a_plain_cast_reads_alike(kind):
    """Staging casts plainly what landing let through."""
    types = {"integer": "bigint", "number": "double", "money": "decimal(18, 4)"}
    for text, value in READ[kind].items():
        cast = duckdb.execute(f"select try_cast($1 as {types.get(kind, kind)})", [text]).fetchone()
        assert cast == (value,), text
