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


@dataclass(frozen=True)
class Column:
    """One promised column."""

    name: str
    type: str
    description: str
    required: bool = False
    not_null: bool = False
    past: bool = False
    personal: bool = False
    values: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None

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
        Column(name=column, **{**options, "values": tuple(options.get("values", ()))})
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
