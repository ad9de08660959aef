"""Who is to be erased: every record, address, name and text by which the landed rows know the person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectations.contract import Table, load_contract
from orchestration.privacy.masks import normal_form
from orchestration.privacy.tagged import ADDRESS_KINDS, Slot, is_own_row, quarantined, slots_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

PARTY_KINDS = ("lead", "contact", "account", "buyer")
ID_KINDS = (*PARTY_KINDS, "visitor")
_IDENTITY = "intermediate.int_identity_map"
_TELLING = re.compile(r"(?=.*[^\d\W]).{5,}|\d{9,}", re.DOTALL)


class ErasureError(Exception):
    """Nobody was erased; the message says why and what to do."""


@dataclass
class Person:
    """What the warehouse knows a person by.

    Attributes:
        customer_id: the id of the customer in the marts, or what was told of who is none.
        ids: kind and id of every record that is the person's.
        tickets: the ids of the person's tickets, which stay, for they name a ticket and nobody.
        addresses: kind and hash of every e-mail address and phone number that is the person's alone.
        spellings: kind, hash and text of these, each way they are written.
        words: names and texts that no other record has.
    """

    customer_id: str
    ids: set[tuple[str, str]] = field(default_factory=set)
    tickets: set[str] = field(default_factory=set)
    addresses: set[tuple[str, str]] = field(default_factory=set)
    spellings: set[tuple[str, str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def is_telling(value: str) -> bool:
    """Return whether a text can be looked for anywhere; a short number could be anything."""
    return bool(_TELLING.fullmatch(value))


def find_person(connection: duckdb.DuckDBPyConnection, told: str) -> Person:
    """Return what raw knows of a person, all versions ever sent.

    Args:
        connection: the working database.
        told: a customer id, an e-mail address, a phone number, or the id that a source gave the person.

    Raises:
        ErasureError: it is nobody's, or several customers'.
    """
    sought = {f"{kind}:{told}" for kind in ID_KINDS}
    for kind in ADDRESS_KINDS:
        (found,) = connection.execute(f"select {normal_form(kind, '$1')}", [told]).fetchall()[0]
        sought |= {f"{kind}:{found}"} if found else set()
    customer = _customer_of(connection, told, sought)
    if customer is None:
        return _known_by(connection, Person(told), _nodes_of_no_customer(connection, told, sought))
    rows = connection.execute(f"select party_key from {_IDENTITY} where customer_id = $1", [customer]).fetchall()
    return _known_by(connection, Person(customer), {node for (node,) in rows})


def _customer_of(connection: duckdb.DuckDBPyConnection, told: str, sought: set[str]) -> str | None:
    rows = connection.execute(
        f"select distinct customer_id from {_IDENTITY} where customer_id = $1 or party_key in $2 order by 1",
        [told, sorted(sought)],
    ).fetchall()
    if len(rows) > 1:
        several = ", ".join(customer for (customer,) in rows)
        raise ErasureError(f"'{told}' belongs to several customers: {several}. Name one of them.")
    return str(rows[0][0]) if rows else None


def _nodes_of_no_customer(connection: duckdb.DuckDBPyConnection, told: str, sought: set[str]) -> set[str]:
    """Return by what somebody is known who never became a customer: who only asked for help, or only looked around."""
    parts = [
        _told_of_whom(table, slot)
        for table in _tables()
        for slot in slots_of(table)
        if slot.kind in (*ADDRESS_KINDS, "visitor")
    ]
    told_of = f"select node, bool_or(is_known) from ({' union all '.join(parts)}) where node in $1 group by node"
    rows = connection.execute(told_of, [sorted(sought)]).fetchall()
    if not rows:
        raise ErasureError(f"Nobody is known by '{told}': no customer id, e-mail address, phone number or source's id.")
    if any(is_known for _, is_known in rows):
        raise ErasureError(f"'{told}' is shared by so many that it says of nobody who it is; name a customer.")
    return {node for node, _ in rows}


def _told_of_whom(table: Table, slot: Slot) -> str:
    """Return the SQL of what a column holds, and whether the row names a record of somebody known."""
    ids = [f"coalesce(records.\"{column.name}\", '') != ''" for column in table.columns if column.whose in PARTY_KINDS]
    node = normal_form(slot.kind, f'records."{slot.column}"')
    return f"""
        select '{slot.kind}:' || {node} as node, {" or ".join(ids) or "false"} as is_known
        from {_records(table)} as records where {slot.condition}
    """


def _known_by(connection: duckdb.DuckDBPyConnection, person: Person, nodes: set[str]) -> Person:
    known = {(kind, value) for kind, _, value in (node.partition(":") for node in nodes)}
    person.ids = {node for node in known if node[0] in ID_KINDS}
    person.addresses = {("email" if kind == "guest" else kind, value) for kind, value in known if kind not in ID_KINDS}
    person.ids |= _records_not_built_yet(connection, person.addresses)
    person.ids |= _household(connection, person.ids)
    _mark(connection, person.ids)
    person.addresses |= _addresses_of_nobody_else(connection)
    person.spellings = _spellings(connection, person.addresses)
    own = person.ids | {(kind, spelling) for kind, _, spelling in person.spellings}
    _mark(connection, own)
    person.tickets = _tickets(connection)
    _mark(connection, own | {("ticket", ticket) for ticket in person.tickets})
    person.words = _words_of_nobody_else(connection)
    return person


def _mark(connection: duckdb.DuckDBPyConnection, values: Iterable[tuple[str, str]]) -> None:
    """Say whose rows are the person's own, for `is_own_row`."""
    connection.execute("create or replace temp table recognised (kind varchar, value varchar, stand_in varchar)")
    connection.executemany("insert into recognised values ($1, $2, null)", [["", ""], *map(list, values)])


def _tables() -> Iterable[Table]:
    return load_contract().tables.values()


def _records(table: Table) -> str:
    """Return the SQL of all rows that were sent for a table, those put aside among them."""
    listed = ", ".join(f'"{name}"' for name in table.column_names)
    return f"(select {listed} from raw.{table.raw_name} union all select {listed} from {quarantined(table)})"


def _records_not_built_yet(
    connection: duckdb.DuckDBPyConnection, addresses: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return the leads and contacts with one of the addresses that no build has given a customer yet."""
    found: set[tuple[str, str]] = set()
    for kind, table in (("lead", "crm__leads"), ("contact", "crm__contacts")):
        for address_kind in ADDRESS_KINDS:
            hashes = [value for of, value in addresses if of == address_kind]
            rows = connection.execute(
                f"""
                select distinct {kind}_id from raw.{table}
                where list_contains($1, {normal_form(address_kind, address_kind)})
                    and not exists (select 1 from {_IDENTITY} where party_key = '{kind}:' || {kind}_id)
                """,
                [hashes],
            ).fetchall()
            found |= {(kind, value) for (value,) in rows}
    return found


def _household(connection: duckdb.DuckDBPyConnection, ids: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the accounts to which nobody else belongs."""
    _mark(connection, ids)
    tables = [load_contract().tables[name] for name in ("crm.leads", "crm.contacts")]
    members = " union all ".join(
        f"select account_id, {is_own_row(table)} as is_own from raw.{table.raw_name} as records" for table in tables
    )
    rows = connection.execute(
        f"select account_id from ({members}) where account_id is not null group by account_id having bool_and(is_own)"
    ).fetchall()
    return {("account", value) for (value,) in rows}


def _address_rows() -> str:
    """Return the SQL of all addresses: kind, hash, text, and whether the row is the person's own by its ids."""
    parts = [
        f"""
        select '{slot.kind}' as kind, {normal_form(slot.kind, f'records."{slot.column}"')} as value_hash,
            records."{slot.column}" as value, {is_own_row(table, of_kinds=ID_KINDS)} as is_own
        from {_records(table)} as records
        where {slot.condition} and records."{slot.column}" != ''
        """
        for table in _tables()
        for slot in slots_of(table)
        if slot.kind in ADDRESS_KINDS
    ]
    return " union all ".join(parts)


def _addresses_of_nobody_else(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = connection.execute(
        f"""
        select kind, value_hash from ({_address_rows()})
        where value_hash is not null group by all having bool_and(is_own)
        """
    ).fetchall()
    return set(rows)


def _spellings(connection: duckdb.DuckDBPyConnection, addresses: set[tuple[str, str]]) -> set[tuple[str, str, str]]:
    wanted = [f"{kind}:{value}" for kind, value in addresses]
    rows = connection.execute(
        f"select distinct kind, value_hash, value from ({_address_rows()}) where kind || ':' || value_hash in $1",
        [wanted],
    ).fetchall()
    return set(rows)


def _tickets(connection: duckdb.DuckDBPyConnection) -> set[str]:
    table = load_contract().tables["support.tickets"]
    told = f"select distinct ticket_id from {_records(table)} as records where {is_own_row(table)}"
    rows = connection.execute(told).fetchall()
    return {value for (value,) in rows}


def _words_of_nobody_else(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the names and texts of the person's own rows that no row of another has."""
    parts = [
        f"""
        select trim(records."{column.name}") as word, {is_own_row(table)} as is_own from {_records(table)} as records
        """
        for table in _tables()
        for column in table.columns
        if column.personal in ("name", "firm_name", "text")
    ]
    rows = connection.execute(
        f"select word from ({' union all '.join(parts)}) where length(word) >= 2 group by word having bool_and(is_own)"
    ).fetchall()
    return {word for (word,) in rows}
