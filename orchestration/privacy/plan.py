"""What an erasure is going to do, on disk while it goes on, so that one that was cut off is finished by the next.

It names the person in the clear, so only its owner may read it, and it is removed at the end.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from orchestration.landing.relations import prefix
from orchestration.privacy.persons import PARTY_KINDS, Person, is_telling
from orchestration.privacy.redaction import Redactor

if TYPE_CHECKING:
    from orchestration.home import WarehouseHome
    from orchestration.privacy.tombstones import StandIns

_ERASED_WORD = "erased"


@dataclass(frozen=True)
class PlannedFile:
    """A file of the landing folder that is written anew: its name, its hash before, its hash and size after.

    The same bytes may have been landed for another shop, or for another table, so `mapping_name` says which these are.
    """

    name: str
    mapping_name: str
    old_hash: str
    new_hash: str
    bytes_count: int


@dataclass
class Plan:
    """An erasure.

    Attributes:
        erasure_id: its id.
        landing_folder: the landing folder.
        mapping_file: the mapping by which its files are read, if any.
        secret: what makes stand-ins of keys that were made of ids; forgotten when the erasure is done.
        customers: the ids that the customer bears in any release, and their stand-ins.
        values: every text that is replaced wherever it stands, and its stand-in.
        words: names and texts of nobody else, to be replaced in logs.
        records: kind, id and stand-in of the person's records.
        tombstone: kind, salted hash and stand-in of all that the person is recognised by.
        cells: whole cells that are replaced, such as hashes of files and ids of releases.
        files: the files of the landing folder that change.
        are_files_known: whether `files` is complete.
        seen_hashes: the hashes of all files of the landing folder.
        unseen_files: landed files with rows of the person that are not in the landing folder.
        releases: the kept releases and the ids they are to bear.
        relations: the shops of which anything was landed.
        months: the folders of the kept months, each with the same of its own.
    """

    erasure_id: str
    landing_folder: str
    mapping_file: str | None
    secret: str
    customers: dict[str, str]
    values: dict[str, str]
    words: list[str]
    records: list[tuple[str, str, str]]
    tombstone: list[tuple[str, str, str | None]]
    cells: dict[str, str] = field(default_factory=dict)
    files: list[PlannedFile] = field(default_factory=list)
    are_files_known: bool = False
    seen_hashes: list[str] = field(default_factory=list)
    unseen_files: list[str] = field(default_factory=list)
    releases: dict[str, str] = field(default_factory=dict)
    relations: list[str] = field(default_factory=list)
    months: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, home: WarehouseHome) -> Plan | None:
        """Return the plan of an erasure that was cut off."""
        if not home.erasure_plan.exists():
            return None
        document = json.loads(home.erasure_plan.read_text(encoding="utf-8"))
        document["files"] = [PlannedFile(**file) for file in document["files"]]
        return cls(**document)

    def write(self, home: WarehouseHome) -> None:
        """Write the plan, all or nothing."""
        aside = home.erasure_plan.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(home.erasure_plan)

    @property
    def record_stand_ins(self) -> dict[tuple[str, str], str]:
        """Kind and id of the person's records, and their stand-ins."""
        return {(kind, old): new for kind, old, new in self.records}

    def redactor(self, *, with_words: bool = False) -> Redactor:
        """Return what replaces the person's values; words of hers are common words too, so only logs lose them."""
        return Redactor({**dict.fromkeys(self.words if with_words else (), _ERASED_WORD), **self.values})

    def redactor_within(self, relation: str) -> Redactor | None:
        """Return what finds the person's ids as the source of one shop wrote them; None where it wrote none to find."""
        before = prefix(relation)
        told = {old.removeprefix(before): new for _, old, new in self.records if old.startswith(before)}
        telling = {old: new for old, new in told.items() if is_telling(old)}
        return Redactor(telling) if telling else None


def replaced_values(person: Person, stand_ins: StandIns) -> tuple[dict[str, str], dict[str, str]]:
    """Return the customer ids, and every text that is replaced wherever it stands, with their stand-ins."""
    nodes = {f"{kind}:{value}": f"{kind}:{new}" for (kind, value), new in stand_ins.ids.items()}
    hashes = {value: _hash_of(new) for (_, value), new in stand_ins.addresses.items()}
    parties = {old: new for old, new in nodes.items() if old.partition(":")[0] in PARTY_KINDS}
    parties |= {f"guest:{old}": f"guest:{hashes[old]}" for kind, old in person.addresses if kind == "email"}
    customers = {_md5(old): _md5(new) for old, new in parties.items()}
    values = {value: new for (_, value), new in stand_ins.ids.items() if is_telling(value)}
    for kind, value_hash, spelling in person.spellings:
        new = stand_ins.addresses[kind, value_hash]
        values |= {text: new for text in _written(kind, spelling) if is_telling(text)}
    return customers, {**values, **nodes, **hashes, **customers}


def _written(kind: str, spelling: str) -> set[str]:
    """Return an address as it is written, and a number as campaign tools and the models write it."""
    digits = "".join(sign for sign in spelling if sign in "0123456789")
    return {spelling.strip()} | ({digits, digits[-11:]} if kind == "phone" else set())


def _hash_of(stand_in: str) -> str:
    """Return the hash that the models make of a stand-in, which is spelled normally."""
    return hashlib.sha256(stand_in.encode()).hexdigest()


def _md5(node: str) -> str:
    return hashlib.md5(node.encode(), usedforsecurity=False).hexdigest()
