"""The raw contract: which tables a source may send, and what each column promises.

Here lives the reading of `contract/*.yml`. Judging rows by it lives in `row_rules`, the meaning of
the column types in `column_types`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACT_FOLDER = Path(__file__).parent / "contract"


PERSONAL_KINDS = ("email", "phone", "name", "firm_name", "birth_year", "text")
RECORD_KINDS = ("lead", "contact", "account", "buyer", "visitor", "ticket")


@dataclass(frozen=True)
class Column:
    """One promised column.

    `personal`, `whose`, `mentions` and `field_of` are the one place that says where persons are; what masks, checks
    or erases reads them here.

    Attributes:
        personal: what the column tells of a person, one of PERSONAL_KINDS; nothing of it leaves raw unmasked.
        whose: whose row it is: the kind of record, one of RECORD_KINDS, that the id in this column names.
        mentions: the kinds of record that the id may name where the row is another's.
        field_of: the table of the same source to whose column, named in `field`, the value belongs.
        id: whether it holds ids that a source gave, which another shop may give too; None where its name says so.
    """

    name: str
    type: str
    description: str
    required: bool = False
    not_null: bool = False
    past: bool = False
    personal: str | None = None
    whose: str | None = None
    mentions: tuple[str, ...] = ()
    field_of: str | None = None
    id: bool | None = None
    values: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None

    @property
    def is_personal(self) -> bool:
        """Whether its values may not be shown to anybody."""
        return bool(self.personal or self.field_of)

    @property
    def is_id(self) -> bool:
        """Whether its values name records of the source, so that two shops may mean two things by one of them."""
        return self.name.endswith("_id") if self.id is None else self.id

    @property
    def must_be_in_header(self) -> bool:
        """Whether a file without this column is refused."""
        return self.required or self.not_null


@dataclass(frozen=True)
class Table:
    """One promised table of a source."""

    source: str
    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    fresh_within_days: int | None = None

    @property
    def id(self) -> str:
        """The name by which mappings and messages call the table, such as `crm.leads`."""
        return f"{self.source}.{self.name}"

    @property
    def raw_name(self) -> str:
        """The table's name in the schema `raw`."""
        return f"{self.source}__{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the promised columns, in the contract's order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Contract:
    """All tables of all sources, by id."""

    tables: dict[str, Table]
    source_descriptions: dict[str, str]
    source_owners: dict[str, str] = field(default_factory=dict)

    def tables_of(self, source: str) -> list[Table]:
        """Return the tables of one source, in the contract's order."""
        return [table for table in self.tables.values() if table.source == source]


def _read_table(source: str, name: str, body: dict[str, Any]) -> Table:
    columns = tuple(
        Column(name=column, **{**options, **{name: tuple(options.get(name, ())) for name in ("values", "mentions")}})
        for column, options in body["columns"].items()
    )
    return Table(source, name, body["description"], tuple(body["key"]), columns, body.get("fresh_within_days"))


@cache
def load_contract(folder: Path = CONTRACT_FOLDER) -> Contract:
    """Read every `<source>.yml` of the folder."""
    tables: dict[str, Table] = {}
    descriptions: dict[str, str] = {}
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        descriptions[document["source"]] = document["description"]
        owners[document["source"]] = document["owner"]
        for name, body in document["tables"].items():
            table = _read_table(document["source"], name, body)
            tables[table.id] = table
    return Contract(tables, descriptions, owners)
