"""Random arrivals of a few customers of a landed company: in pieces, late, twice, corrected, merged and parted.

A build costs nearly the same for ten small companies as for one, so several are drawn and arrive side by side, told
apart by their ids, each by a schedule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import random

    import duckdb

Row = dict[str, Any]
Rows = list[tuple[str, Row]]  # each with its table

DAYS = 3
FIRST_LOAD = datetime(2026, 1, 1)
LINKS = (
    *("contact_id", "lead_id", "customer_id", "requester_key", "person_key", "converted_contact_id"),
    *("order_id", "deal_id", "ticket_id", "contract_id", "invoice_id", "subscription_id", "object_id", "account_id"),
)
CONTACTS = "crm__contacts"
ABOUT_NOBODY = 60  # rows that are taken of a table without links
KINDS = ("status", "type", "channel", "stage")
TYPES = {"_loaded_at": pa.timestamp("us"), "_source_row": pa.int64()}


@dataclass(frozen=True)
class LandedCompany:
    """The raw rows of a landed company, by table."""

    tables: dict[str, list[Row]]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, database: str) -> LandedCompany:
        """Read the raw tables of an attached database."""
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' and database_name = $1", [database]
        ).fetchall()
        rows = {name: connection.execute(f"from {database}.raw.{name}").to_arrow_table() for (name,) in names}
        return cls({name: table.drop_columns(["_loaded_at"]).to_pylist() for name, table in rows.items()})

    @cached_property
    def about(self) -> dict[str, dict[str, list[int]]]:
        """For each table and each value of a link, the places of the rows that have it."""
        found: dict[str, dict[str, list[int]]] = {table: {} for table in self.tables}
        for table, rows in self.tables.items():
            for place, row in enumerate(rows):
                for value in linked(row):
                    found[table].setdefault(value, []).append(place)
        return found

    def some(self, chance: random.Random, table: str, count: int) -> Rows:
        """Draw rows of a table and return all that is linked with them, and some rows of the tables about nobody."""
        drawn = chance.sample(self.tables[table], min(count, len(self.tables[table])))
        known: set[str] = set()
        newest = {value for row in drawn for value in linked(row)}
        places: set[tuple[str, int]] = set()
        for _ in range(3):  # what is a person's, its orders' and their invoices'
            added = self._linked_with(newest) - places
            places |= added
            known |= newest
            newest = {value for name, place in added for value in linked(self.tables[name][place])} - known
        about_nobody = (name for name, found in self.about.items() if not found)
        places |= {(name, place) for name in about_nobody for place in range(min(ABOUT_NOBODY, len(self.tables[name])))}
        return [(name, self.tables[name][place]) for name, place in sorted(places)]

    def _linked_with(self, values: set[str]) -> set[tuple[str, int]]:
        return {
            (name, place)
            for name, places in self.about.items()
            for value in values & places.keys()
            for place in places[value]
        }


def linked(row: Row) -> set[str]:
    """Return the values by which a row hangs together with others."""
    return {row[link] for link in LINKS if row.get(link)}


def told_apart(row: Row, company: int) -> Row:
    """Return a row as the company of a number would have it: every id, e-mail address and phone number is its own."""
    return {name: _of_company(name, value, company) if value else value for name, value in row.items()}


def _of_company(name: str, value: Any, company: int) -> Any:
    if name.startswith("_"):
        return value
    if name == "phone":  # phone numbers are joined by their last eleven digits
        return f"{value}{company:04}"
    if name == "email":
        return f"company{company}.{value}"
    return f"{value}~{company}" if name.endswith(("_id", "_key", "_by", "_into")) else value


def instant_of(row: Row) -> str | None:
    """Return the first instant that a row names, as it is written."""
    instants = (row[name] for name in row if name.endswith(("_at", "_date")))
    return next((instant for instant in instants if instant and instant.startswith("2")), None)


@dataclass
class Schedule:
    """What arrives on each day, what each day's build is asked for, and on which day a rule is changed."""

    oddity: float  # how likely a row is late, is corrected, comes twice
    arrivals: list[Rows] = field(default_factory=lambda: [[] for _ in range(DAYS)])
    as_of: list[str | None] = field(default_factory=lambda: [None] * DAYS)
    rule_changed_on: int | None = None

    @classmethod
    def beside_each_other(cls, schedules: list[Schedule]) -> Schedule:
        """Let several companies arrive in one warehouse, which has the clocks and the rules of the first."""
        first = schedules[0]
        arrivals = [
            [
                (table, told_apart(row, number))
                for number, one in enumerate(schedules)
                for table, row in one.arrivals[day]
            ]
            for day in range(DAYS)
        ]
        return cls(first.oddity, arrivals, first.as_of, first.rule_changed_on)

    def is_rule_changed(self, day: int) -> bool:
        """Return whether the rule is another one by the build of a day."""
        return self.rule_changed_on is not None and day >= self.rule_changed_on

    def add(self, chance: random.Random, table: str, versions: list[Row], day: int) -> None:
        """Let the versions of a row arrive day after day from a day on, now and then the last one twice."""
        for number, version in enumerate(versions):
            self.arrivals[min(DAYS - 1, day + number)].append((table, version))
        if chance.random() < self.oddity:
            self.arrivals[chance.randint(day, DAYS - 1)].append((table, versions[-1]))


def drawn_schedule(chance: random.Random, rows: Rows) -> Schedule:
    """Spread rows over days by their own instants: some late, some otherwise at first than they will be.

    The later days are short and oddities mostly few, so that many lives hear nothing new on them.
    """
    schedule = Schedule(oddity=chance.choice((3 / len(rows), 3 / len(rows), 0.05)))
    instants = sorted(instant for _, row in rows if (instant := instant_of(row)))
    cuts = sorted(chance.sample(instants[-len(instants) // chance.choice((2, 10, 40)) :], DAYS - 1))
    merged = drawn_merge(chance, rows)
    for table, row in rows:
        day = sum((instant_of(row) or "") > cut for cut in cuts)
        if chance.random() < schedule.oddity:
            day = chance.randint(day, DAYS - 1)
        is_corrected = chance.random() < schedule.oddity
        versions = [as_it_was(chance, row), row] if is_corrected else [row]
        schedule.add(chance, table, merged.get(id(row)) or versions, day)
    for arrivals in schedule.arrivals:
        chance.shuffle(arrivals)
    if chance.random() < 0.3:
        schedule.as_of[chance.randint(0, DAYS - 1)] = chance.choice(cuts)[:10]
    if chance.random() < 0.4:
        schedule.rule_changed_on = chance.randint(1, DAYS - 1)
    return schedule


def drawn_merge(chance: random.Random, rows: Rows) -> dict[int, list[Row]]:
    """Let the source join a contact with another one, for good or until it is parted again; by the row's identity."""
    contacts = [row for table, row in rows if table == CONTACTS]
    if len(contacts) < 2 or chance.random() < 0.4:
        return {}
    row, other = chance.sample(contacts, 2)
    joined = row | {"merged_into": other["contact_id"]}
    return {id(row): [row, joined] if chance.random() < 0.5 else [row, joined, row]}


def as_it_was(chance: random.Random, row: Row) -> Row:
    """Return what a source told before it was corrected: another kind, amount or instant."""
    told = [name for name, value in row.items() if value and not name.startswith("_")]
    name = chance.choice([name for name in told if name in KINDS or name.endswith(("amount", "_at"))] or [told[0]])
    if not name.endswith("_at"):
        return row | {name: "1.00" if name.endswith("amount") else "other"}
    earlier = datetime.fromisoformat(row[name][:10]) - timedelta(days=chance.randint(1, 200))
    return row | {name: f"{earlier:%Y-%m-%d}{row[name][10:]}"}


def load(connection: duckdb.DuckDBPyConnection, arrivals: Rows, day: int) -> None:
    """Add rows to the raw tables, as if loaded on a day from one file a table."""
    loaded_at = FIRST_LOAD + timedelta(days=day)
    file = "insert into landing.files (content_hash, status, loaded_at) values ($1, 'landed', $2)"
    connection.execute(file, [f"day {day}", loaded_at])
    by_table: dict[str, list[Row]] = {}
    for table, row in arrivals:
        by_table.setdefault(table, []).append(row)
    for table, rows in by_table.items():
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        columns["_loaded_at"] = [loaded_at] * len(rows)
        columns["_source_file"] = columns["_content_hash"] = [f"day {day}"] * len(rows)
        columns["_source_row"] = [*range(1, len(rows) + 1)]  # of two versions of a record the later row counts
        arrays = {name: pa.array(values, TYPES.get(name, pa.string())) for name, values in columns.items()}
        connection.register("arrived", pa.table(arrays))
        connection.execute(f"insert into raw.{table} by name from arrived")
        connection.unregister("arrived")
