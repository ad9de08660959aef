"""Are the marts the same on every engine? Builds one warehouse on each and compares what each published.

Rows are compared as a multiset: decimals, texts, dates and instants (microseconds) must be the same, doubles
within 1e-9 of the larger one, or of 1 where both are smaller. Marts that tell of runs are not compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import BUILD_PARTS, PUBLISHED_DATABASE_NAME
from orchestration.refresh import refresh

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from orchestration.engine import Engine
    from orchestration.refresh import RefreshRequest

TOLERANCE = 1e-9
SHOWN_DIFFERENCES = 3


class ParityError(Exception):
    """One of the engines did not publish, so there is nothing to compare."""


@dataclass(frozen=True)
class TableComparison:
    """One table on two engines."""

    rows_count: int
    differences_count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class EngineBuild:
    """What one engine published, and what it cost."""

    served: Path
    contracted_marts: frozenset[str]
    seconds_by_model: dict[str, float]
    seconds_in_all: float


def build_on(request: RefreshRequest, engine: Engine, progress: Callable[[str], None]) -> EngineBuild:
    """Build and publish a warehouse on an engine.

    Raises:
        ParityError: it was not published.
    """
    result = refresh(replace(request, engine=engine), lambda step: progress(f"{engine}: {step}"))
    if not result.is_published or not result.manifest:
        raise ParityError(f"{engine} did not publish: {result.alert.text if result.alert else ''}")
    if result.manifest.engine != engine.release:
        raise ParityError(f"{engine} built what was rolled back before, so it was not published; use another home")
    results = [json.loads(request.home.dbt_results(engine, part).read_text(encoding="utf-8")) for part in BUILD_PARTS]
    manifest_path = request.home.dbt_target(engine) / "manifest.json"
    nodes = json.loads(manifest_path.read_text(encoding="utf-8"))["nodes"]
    return EngineBuild(
        request.home.releases / result.manifest.release_id / PUBLISHED_DATABASE_NAME,
        frozenset(node["name"] for node in nodes.values() if node["config"].get("contract", {}).get("enforced")),
        {nodes[done["unique_id"]]["name"]: done["execution_time"] for done in _of_models(results)},
        sum(part["elapsed_time"] for part in results),
    )


def _of_models(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [done for part in results for done in part["results"] if done["unique_id"].startswith("model.")]


def compare_builds(left: EngineBuild, right: EngineBuild) -> dict[str, TableComparison]:
    """Return the comparison of every mart that has a contract, and of any other published table.

    But of those that tell of runs: each engine's tell of a run of its own.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_escaped(left.served)}' as left_side (read_only)")
        connection.execute(f"attach '{_escaped(right.served)}' as right_side (read_only)")
        published = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        names = sorted((published | left.contracted_marts | right.contracted_marts) - set(MARTS_OF_RUNS))
        return {name: compare_tables(connection, f"left_side.{name}", f"right_side.{name}") for name in names}


def compare_tables(connection: duckdb.DuckDBPyConnection, left: str, right: str) -> TableComparison:
    """Compare two tables by name, type and row."""
    left_columns, right_columns = _columns(connection, left), _columns(connection, right)
    rows_count = _count(connection, f"from {left}") if left_columns else 0
    if not left_columns and not right_columns:
        return TableComparison(0, 1, ("no engine published it",))
    if left_columns != right_columns:
        only = set(left_columns.items()) ^ set(right_columns.items())
        return TableComparison(rows_count, max(1, rows_count), (f"columns differ: {sorted(only)}",))
    unequal = _unequal_rows(left, right, left_columns)
    examples = connection.execute(f"select left_row, right_row {unequal} limit {SHOWN_DIFFERENCES}").fetchall()
    return TableComparison(
        rows_count, _count(connection, unequal), tuple(f"{left}: {a}\n{right}: {b}" for a, b in examples)
    )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    try:
        return {name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()}
    except duckdb.CatalogException:  # the engine did not publish it
        return {}


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    row = connection.execute(f"select count(*) {rows}").fetchone()
    return int(row[0]) if row else 0


def _unequal_rows(left: str, right: str, columns: dict[str, str]) -> str:
    """Return the `from` clause of the rows without a partner; rows equal but for doubles are paired in their order."""
    exact = [f'"{name}"' for name, kind in columns.items() if kind != "DOUBLE"] or ["true"]
    doubles = [f'"{name}"' for name, kind in columns.items() if kind == "DOUBLE"]
    place = f"row_number() over (partition by row({', '.join(exact)}) order by {', '.join(doubles) or 1})"
    side = "(select {name} as {side}_row, row({exact}) as exact, {place} as place, * from {table} as {name})"
    sides = [
        side.format(name=f"{word}_table", side=word, exact=", ".join(exact), place=place, table=table)
        for word, table in (("left", left), ("right", right))
    ]
    apart = " or ".join(
        f"(l.{name} is null) != (r.{name} is null)"
        f" or abs(l.{name} - r.{name}) > {TOLERANCE} * greatest(1, abs(l.{name}), abs(r.{name}))"
        for name in doubles
    )
    return (
        f"from {sides[0]} as l full join {sides[1]} as r on l.exact = r.exact and l.place = r.place "
        f"where l.place is null or r.place is null or {apart or 'false'}"
    )


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
