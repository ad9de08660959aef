"""Builds a kept table in a test, as the project's materialization `kept` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb


def build_kept(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], query: str, relation: Callable[[str], str]
) -> None:
    """Replace the rows of who heard something else than the kept rows rest on, and record what they rest on now.

    Args:
        connection: to the database.
        node: the model, as dbt's manifest tells it.
        query: its SQL.
        relation: where a model, seed or landed table is, by its name.
    """
    kept = node["config"]["meta"]
    heard, worked_out, recorded = (relation(kept[part]) for part in ("heard", "worked_out", "recorded"))
    key = ", ".join(kept["key"])
    target = relation(node["name"])
    connection.begin()
    connection.execute(f"create table if not exists {target} as from ({query}) limit 0")
    connection.execute(
        f"delete from {target} where ({key}) not in "
        f"(select ({key}) from {heard} inner join {recorded} using ({key}, heard_hash)) "
        f"or ({key}) in (select ({key}) from {worked_out})"
    )
    connection.execute(f"insert into {target} by name ({query})")
    connection.execute(
        f"delete from {recorded} where ({key}, heard_hash) not in (select ({key}, heard_hash) from {heard}) "
        f"or ({key}) in (select ({key}) from {worked_out})"
    )
    connection.execute(f"insert into {recorded} by name (select {key}, heard_hash from {worked_out})")
    connection.commit()
