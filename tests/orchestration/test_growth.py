"""No model compares each row of one growing table with each row of another: its cost would grow with their product.

DuckDB does so, silently, where an outer join's condition is more than keys that are equal: where it asks something of
one side only, say. On a small company nobody notices; at a hundred thousand customers the build never ends.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from building import SESSION, CompiledProject

from orchestration.home import WarehouseHome

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("sample")

EACH_WITH_EACH = {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN", "CROSS_PRODUCT"}
SMALL = 130  # rows of a table that does not grow with the company: months, stages, bands, rules


def joined_each_with_each(plan: dict[str, Any]) -> Iterator[tuple[int, int, str]]:
    """Return the rows on both sides and the condition of each such join, wherever both sides are not small."""
    sides = plan.get("children", [])
    if name_of(plan) in EACH_WITH_EACH:
        left, right = (rows_of(side) for side in sides)
        if min(left, right) > SMALL:
            yield left, right, str(plan["extra_info"].get("Condition", plan["extra_info"].get("Conditions", "none")))
    for side in sides:
        yield from joined_each_with_each(side)


def name_of(step: dict[str, Any]) -> str:
    """Return what a step of a plan does; `explain` and `explain analyze` name it differently."""
    return str(step.get("name") or step["operator_type"]).strip()


def rows_of(step: dict[str, Any]) -> int:
    """Return how many rows came of a step; of a plan not carried out, how many DuckDB expects.

    Where it does not tell, it is what the largest step before is expected to give.
    """
    if "operator_cardinality" in step:
        return int(step["operator_cardinality"])
    if name_of(step) == "UNGROUPED_AGGREGATE":
        return 1
    told = step["extra_info"].get("Estimated Cardinality")
    return int(told) if told else max((rows_of(side) for side in step.get("children", [])), default=1)


def planned(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[int, int, str]]:
    """Return the joins of each with each that DuckDB expects of a query."""
    told = connection.execute(f"explain (format json) {query}").fetchall()[0][1]
    return [join for plan in json.loads(told) for join in joined_each_with_each(plan)]


def carried_out(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[int, int, str]]:
    """Return the joins of each with each that a query made, with the rows that there were.

    The planner takes the distinct values of a column, channels say, for as many as its rows.
    """
    told = connection.execute(f"explain (analyze, format json) {query}").fetchall()[0][1]
    return [join for plan in json.loads(told)["children"] for join in joined_each_with_each(plan)]


def test_no_model_compares_each_row_with_each(sample_run: tuple[WarehouseHome, str]) -> None:
    home, _ = sample_run
    project = CompiledProject.of(home)
    models = [
        name
        for name, node in project.nodes.items()
        if node["resource_type"] == "model" and node["config"]["materialized"] != "connected_components"
    ]
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        connection.execute(SESSION)
        suspects = [name for name in models if planned(connection, project.code(name))]
        found = [(name, *join) for name in suspects for join in carried_out(connection, project.code(name))]
    assert len(models) > 300
    assert found == []


def test_a_join_of_each_with_each_is_found() -> None:
    query = "from range(500) as a (x) left join range(300) as b (y) on a.x = b.y and a.x > 7"
    with duckdb.connect() as connection:
        assert [join[:2] for join in planned(connection, query)] == [(500, 300)]
        assert [join[:2] for join in carried_out(connection, query)] == [(500, 300)]
        few = "from range(500) as a (x) cross join (select distinct y % 3 as y from range(300) as b (y)) as b"
        assert planned(connection, few)
        assert carried_out(connection, few) == []
