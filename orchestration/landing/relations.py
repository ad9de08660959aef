"""Several shops in one landing folder: whose a file is, and ids that tell one shop's records from another's.

The ids of a shop are landed behind its name, as `berlin:1001`; its name has no colon, so what the source wrote is what
stands behind the first. Files of no shop keep their ids as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from expectations.contract import load_contract
from orchestration.landing.refusal import FileRefusedError, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    import duckdb

    from expectations.contract import Column, Contract, Table

ANY_FOLDER = "*"
SEPARATOR = ":"
_NAME = re.compile("[a-z0-9_]+")


def relation_of_place(path: PurePosixPath, contract: Contract) -> str | None:
    """Return the shop of a file that lies under `<shop>/<source>/`; a folder that bears a source's name is none's."""
    first, *below = path.parts
    is_of_shop = len(below) > 1 and below[0] in contract.source_descriptions
    return first if is_of_shop and first not in contract.source_descriptions else None


def check_name(relation: str, contract: Contract) -> None:
    """Refuse a shop's name that cannot stand before its ids, or that is a source's.

    Raises:
        FileRefusedError: it is not a name for a shop.
    """
    if not relation:
        what = "lies in no folder whose name could be its shop's, as the mapping wants it"
        raise FileRefusedError(what, "Put it into the shop's folder, or name the shop in the mapping")
    if not _NAME.fullmatch(relation):
        what = f"the folder '{shortened(relation)}' is that of a shop, and its name has other signs than a-z, 0-9 and _"
        raise FileRefusedError(what, "Rename the folder, for example to berlin_2")
    if relation in contract.source_descriptions:
        what = f"the folder '{relation}' bears the name of a source, so it is not that of a shop"
        raise FileRefusedError(what, f"Rename the shop's folder, for example to shop_{relation}")


def prefix(relation: str | None) -> str:
    """Return what stands before the ids of a shop; nothing where there is none."""
    return f"{relation}{SEPARATOR}" if relation else ""


def told_apart(table: Table, before: str, values: dict[str, str]) -> dict[str, str]:
    """Return the SQL of each column of a shop's row as it is landed.

    Args:
        table: the contract's table.
        before: the SQL of what stands before the shop's ids.
        values: the SQL of each column as the source wrote it.
    """
    told = dict(values)
    for column in table.columns:
        value = values[column.name]
        if column.is_id:
            told[column.name] = f"{before} || {value}"
        elif ids := ", ".join(f"'{name}'" for name in _ids_told_by(table, column)):
            told[column.name] = f"case when {values['field']} in ({ids}) then {before} || {value} else {value} end"
    return told


def without_relation(value: str | None, relation: str | None) -> str | None:
    """Return a landed id as the source wrote it."""
    return value.removeprefix(prefix(relation)) if value else value


def _ids_told_by(table: Table, column: Column) -> list[str]:
    """Return the columns of the other table whose changes a history's column may tell, as far as they hold ids."""
    told_of = load_contract().tables[f"{table.source}.{column.field_of}"].columns if column.field_of else ()
    return [other.name for other in told_of if other.is_id]


def relation_of_id(value: str, relations: Sequence[str]) -> str | None:
    """Return the shop of a landed id."""
    return next((relation for relation in relations if value.startswith(prefix(relation))), None)


def known_relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the shops of which anything was landed."""
    told = "select distinct source_relation from landing.files where status = 'landed' and source_relation is not null"
    return sorted(name for (name,) in connection.execute(told).fetchall())


def check_ids(connection: duckdb.DuckDBPyConnection, relation: str | None, contract: Contract) -> None:
    """Refuse a new shop whose ids could be those of records that were landed for no shop.

    Raises:
        FileRefusedError: there is such a record.
    """
    if relation is None or relation in known_relations(connection):
        return
    for table in contract.tables.values():
        for column in (column for column in table.columns if column.is_id):
            found = connection.execute(
                f'select 1 from raw.{table.raw_name} where starts_with("{column.name}", $1) limit 1', [prefix(relation)]
            ).fetchone()
            if found:
                what = f"ids of {table.id} that belong to no shop begin with '{prefix(relation)}' already"
                raise FileRefusedError(what, f"Give the folder '{relation}' another name", column=column.name)
