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
    if plan["name"].strip() in EACH_WITH_EACH:
        left, right = (rows_of(side) for side in sides)
        if min(left, right) > SMALL:
            yield left, right, str(plan["extra_info"].get("Condition", plan["extra_info"].get("Conditions", "none")))
    for side in sides:
        yield from joined_each_with_each(side)


def rows_of(plan: dict[str, Any]) -> int:
    """Return how many rows DuckDB expects of a step, or of the largest one before it where it does not tell."""
    if plan["name"].strip() == "UNGROUPED_AGGREGATE":
        return 1
    told = plan["extra_info"].get("Estimated Cardinality")
    return int(told) if told else max((rows_of(side) for side in plan.get("children", [])), default=1)


def test_no_model_compares_each_row_with_each(sample_run: tuple[WarehouseHome, str]) -> None:
    home, _ = sample_run
    project = CompiledProject.of(home)
    models = [
        name
        for name, node in project.nodes.items()
        if node["resource_type"] == "model" and node["config"]["materialized"] != "connected_components"
    ]
    found = []
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        connection.execute(SESSION)
        for name in models:
            told = connection.execute(f"explain (format json) {project.code(name)}").fetchall()[0][1]
            found += [(name, *join) for plan in json.loads(told) for join in joined_each_with_each(plan)]
    assert len(models) > 300
    assert found == []
