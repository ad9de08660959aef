"""Readers of a published warehouse, as users write them; each says of every read what was wrong with it.

Release n has n + 10 orders of n cents each, and says so in `dim_totals`; every row carries n.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.home import WarehouseHome

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

READS_EACH = 250
READS_A_CONNECTION = 25

_TOTALS = """
    select
        (select list(distinct version) from (
            select version from {orders} union all select version from {lines} union all select version from {totals}
        )),
        (select (count(*), sum(cents)) from {orders}),
        (select (count(*), sum(cents)) from {lines}),
        (select (orders_count, cents) from {totals})
"""
TABLES = {"orders": "fct_orders", "lines": "fct_order_lines", "totals": "dim_totals"}


def build(home: WarehouseHome, version: int) -> None:
    """Put the marts of one version into the working database."""
    home.folder.mkdir(parents=True, exist_ok=True)
    rows = f"select {version} as version, {version} as cents, range as id from range({version} + 10)"
    totals = f"select {version} as version, {version} + 10 as orders_count, ({version} + 10) * {version} as cents"
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create schema if not exists marts")
        for name, body in (("fct_orders", rows), ("fct_order_lines", rows), ("dim_totals", totals)):
            connection.execute(f"create or replace table marts.{name} as {body}")


def fault_of(connection: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> tuple[int | None, str | None]:
    """Read the totals of all tables in one query; return the version, or what is wrong."""
    versions, orders, lines, totals = connection.execute(_TOTALS.format(**tables)).fetchone()
    if len(versions) != 1:
        return None, f"mixed {versions}"
    version = versions[0]
    if not orders == lines == totals == (version + 10, version * (version + 10)):
        return version, f"wrong totals of {version}: {orders}, {lines}, {totals}"
    return version, None


def open_each_time(home: WarehouseHome, _: int) -> tuple[int | None, str | None]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        return fault_of(connection, TABLES)


def attach(home: WarehouseHome, _: int) -> tuple[int | None, str | None]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.published_database}' as lifecycle (read_only)")
        return fault_of(connection, {key: f"lifecycle.{name}" for key, name in TABLES.items()})


class KeepOpen:
    """Keeps a connection over many reads, which must all tell the same version."""

    def __init__(self) -> None:
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.opened: int | None = None

    def __call__(self, home: WarehouseHome, number: int) -> tuple[int | None, str | None]:
        if number % READS_A_CONNECTION == 0:
            if self.connection:
                self.connection.close()
            self.connection = duckdb.connect(str(home.published_database), read_only=True)
            self.opened = None
        version, fault = fault_of(self.connection, TABLES)
        self.opened = self.opened or version
        return version, fault or (None if version == self.opened else f"{self.opened} became {version}")


def parquet_of_one_release(home: WarehouseHome, _: int) -> tuple[int | None, str | None]:
    release = home.published.resolve()  # the link is followed once
    with duckdb.connect() as connection:
        files = {key: f"read_parquet('{release}/parquet/{name}.parquet')" for key, name in TABLES.items()}
        return fault_of(connection, files)


READERS: dict[str, Callable[[], Callable[[WarehouseHome, int], tuple[int | None, str | None]]]] = {
    "opens the file for each read": lambda: open_each_time,
    "keeps the file open": KeepOpen,
    "attaches the file": lambda: attach,
    "reads Parquet of one release": lambda: parquet_of_one_release,
}


def read_on(name: str, folder: str, is_over: Event, results: Queue[tuple[int, set[int], list[str]]]) -> None:
    """Read until the publications are over, and often enough; tell the reads, the versions seen, the faults."""
    home, read = WarehouseHome(Path(folder)), READERS[name]()
    number, seen, faults = 0, set(), []
    while not is_over.is_set() or number < READS_EACH:
        try:
            version, fault = read(home, number)
            seen.add(version)
            if fault:
                faults.append(fault)
        except Exception as error:
            faults.append(repr(error))
        number += 1
        time.sleep(0.02)  # leaves the processor to the publications
    results.put((name, number, seen, faults))
