"""What is kept of erased persons: hashes that recognise a value when it is sent again, and what then stands in for it.

The hashes are salted with a secret of the warehouse, a file that only its owner may read. Who has the database without
that file cannot try values; who has both can. Without the file nothing is recognised any more.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.landing.relations import prefix, relation_of_id
from orchestration.privacy.persons import ID_KINDS, Person
from orchestration.privacy.tagged import value_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from orchestration.home import WarehouseHome

ERASED_DOMAIN = "@erased.invalid"  # reserved by RFC 2606: nobody is there
ERASED_PREFIX = "0000"  # no number begins so
_DIGITS = 7


@dataclass(frozen=True)
class StandIns:
    """What stands in for a person, drawn by chance.

    Attributes:
        ids: kind and id -> stand-in.
        addresses: kind and hash -> stand-in.
    """

    ids: dict[tuple[str, str], str]
    addresses: dict[tuple[str, str], str]


def draw_stand_ins(person: Person, relations: Sequence[str] = ()) -> StandIns:
    """Draw what stands in for a person; ids keep their order, by which ties are decided, and each its shop's name."""
    token = secrets.token_hex(6)
    ordered = sorted(person.ids, key=lambda known: known[::-1])
    width = len(str(len(ordered)))
    ids = {
        known: f"{prefix(relation_of_id(known[1], relations))}erased-{token}-{number:0{width}}"
        for number, known in enumerate(ordered, start=1)
    }
    return StandIns(ids, {known: _address(known[0]) for known in sorted(person.addresses)})


def _address(kind: str) -> str:
    if kind == "email":
        return f"{secrets.token_hex(8)}{ERASED_DOMAIN}"
    return f"{ERASED_PREFIX}{1 + secrets.randbelow(10**_DIGITS - 1):0{_DIGITS}}"


def is_stand_in(address: str) -> bool:
    """Return whether an address is one that stands in for an erased one, so that nobody is to be written to."""
    digits = "".join(filter(str.isdigit, address))
    return address.endswith(ERASED_DOMAIN) or (
        digits.startswith(ERASED_PREFIX) and len(digits) == len(ERASED_PREFIX) + _DIGITS
    )


def read_salt(home: WarehouseHome) -> str | None:
    """Return the warehouse's salt; None where nobody was erased yet, or where its owner removed it."""
    return home.erasure_salt.read_text(encoding="ascii").strip() if home.erasure_salt.exists() else None


def make_salt(home: WarehouseHome) -> str:
    """Return the warehouse's salt, which is made where there is none."""
    if (salt := read_salt(home)) is None:
        salt = secrets.token_hex(32)
        aside = home.erasure_salt.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{salt}\n")
            file.flush()
            os.fsync(file.fileno())
        aside.rename(home.erasure_salt)
    return salt


def tombstone(
    connection: duckdb.DuckDBPyConnection, salt: str, person: Person, stand_ins: StandIns
) -> list[tuple[str, str, str | None]]:
    """Return kind, salted hash and stand-in of all that a person is recognised by; nothing in it can be read."""
    rows: list[tuple[str, str, str | None]] = []
    for kind in (*ID_KINDS, "ticket"):
        ids = {value: stand_in for (of, value), stand_in in stand_ins.ids.items() if of == kind}
        values: dict[str, str | None] = {**ids, **dict.fromkeys(person.tickets if kind == "ticket" else ())}
        found = connection.execute(
            f"select value, {value_hash('value', kind)} from (select unnest($values) as value)",
            {"salt": salt, "values": list(values)},
        ).fetchall()
        rows += [(kind, hashed, values[value]) for value, hashed in found]
    for (kind, value), stand_in in stand_ins.addresses.items():
        (hashed,) = connection.execute(f"select sha256($1 || '|{kind}|' || $2)", [salt, value]).fetchall()[0]
        rows.append((kind, hashed, stand_in))
    return sorted(rows, key=lambda row: row[:2])
