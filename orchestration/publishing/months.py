"""Kept months: the marts as of the end of a month, each a release of its own that readers ask for by the month.

A month is built in a database of its own, of a copy of what was landed; the working database and the release that
readers see stay as they are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb

from expectations.contract import load_contract
from orchestration.engine import Engine
from orchestration.landing.ledger import prepare_tables, request_build
from orchestration.publishing.fingerprint import code_version, input_fingerprint
from orchestration.publishing.release import current_manifest, escaped

if TYPE_CHECKING:
    from orchestration.home import MonthHome, WarehouseHome
    from orchestration.publishing.release import Manifest

MONTH = "%Y-%m"
ENGINE = Engine.DUCKDB  # whichever builds the releases: every mart has the same rows from both
LANDED_SCHEMAS = ("raw", "landing", "fitted")
_TABLES = """
    select schema_name, table_name from duckdb_tables()
    where database_name = 'landed' and list_contains($1, schema_name) order by all
"""


class MonthError(Exception):
    """A month cannot be kept; the message says why."""


def month_of(text: str) -> date:
    """Return the first day of a month that is written as `2025-03`.

    Raises:
        ValueError: it is none.
    """
    return date.fromisoformat(f"{text}-01")


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def end_of(month: str) -> str:
    """Return the `as_of` at which a month is over: the first instant of the next one, as all models count it."""
    return f"{next_month(month_of(month))} 00:00:00"


def span_of_months(home: WarehouseHome) -> tuple[date, date] | None:
    """Return the month of the first event that readers see, and the first month that is not over; None without any.

    What is not over has no end yet from which it could be told.
    """
    shown = current_manifest(home)
    if shown is None or shown.as_of is None:
        return None
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        ((first,),) = connection.execute("select min(occurred_at)::date from fct_customer_events").fetchall()
    return (first.replace(day=1), date.fromisoformat(shown.as_of[:10]).replace(day=1)) if first else None


def months_between(home: WarehouseHome, first: str, last: str | None) -> list[str]:
    """Return the months from one to another, or to the last that is over.

    Raises:
        MonthError: not all of them can be told.
    """
    shown, span = current_manifest(home), span_of_months(home)
    if shown is None or span is None:
        raise MonthError("Readers see nothing yet of which a month could be kept; `lifecycle run` publishes.")
    wanted, until = month_of(first), next_month(month_of(last)) if last else span[1]
    if wanted < span[0]:
        raise MonthError(f"Nothing has happened in {first}: the first event is of {span[0]:{MONTH}}.")
    if until > span[1]:
        raise MonthError(f"{last} is not over: readers see the warehouse as of {shown.as_of} UTC.")
    months = []
    while wanted < until:
        months.append(f"{wanted:{MONTH}}")
        wanted = next_month(wanted)
    if not months:
        raise MonthError(f"There is no month to keep from {first} to {last or 'the last that is over'}.")
    return months


def kept_manifest(home: WarehouseHome, month: str, known_at: str | None) -> Manifest | None:
    """Return the manifest of a month that is kept as it would be built now; None where there is something to build."""
    kept = current_manifest(home.month(month))
    if kept is None:
        return None
    try:
        with duckdb.connect(str(home.working_database), read_only=True) as connection:
            present = input_fingerprint(connection, ENGINE, code_version(), end_of(month), known_at)
    except duckdb.IOException:  # a run is writing it, perhaps of a new file
        return None
    return kept if kept.input_fingerprint == present else None


def copy_landed(home: WarehouseHome, place: MonthHome, as_of: str, known_at: str | None) -> None:
    """Make the database in which a month is built, of what was landed, recorded and fitted."""
    remove_built(place)
    place.working_database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(place.working_database)) as connection:
        connection.execute(f"attach '{escaped(home.working_database)}' as landed (read_only)")
        for schema, table in connection.execute(_TABLES, [list(LANDED_SCHEMAS)]).fetchall():
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{table} as from landed.{schema}.{table}")
        connection.execute("detach landed")
        prepare_tables(connection, load_contract())
        request_build(connection, as_of, known_at)


def remove_built(place: WarehouseHome) -> None:
    """Remove the database in which months are built."""
    for path in (place.working_database, place.working_database.with_name(f"{place.working_database.name}.wal")):
        path.unlink(missing_ok=True)
