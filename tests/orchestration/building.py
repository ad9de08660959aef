"""Builds models of a published warehouse again, in a copy of its working database, from what dbt has compiled.

For tests that change something and look what becomes of it; a dbt run for each would take far longer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from orchestration.home import WarehouseHome


@dataclass(frozen=True)
class CompiledProject:
    """The models and seeds of a build by name, each with the names of those it reads, and their SQL."""

    nodes: dict[str, dict[str, Any]]
    compiled: Path

    @classmethod
    def of(cls, home: WarehouseHome) -> CompiledProject:
        """Return what the last build of a warehouse has compiled."""
        target = home.dbt_target("duckdb")
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        kinds = ("model", "seed")
        nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in kinds}
        named = {
            node["name"]: node | {"reads": {key.split(".")[-1] for key in manifest["parent_map"][key] if key in nodes}}
            for key, node in nodes.items()
        }
        return cls(named, target / "compiled" / manifest["metadata"]["project_name"])

    def relation(self, name: str) -> str:
        """Return where a node is in the working database."""
        return self.nodes[name]["relation_name"]

    def read_by(self, *names: str) -> list[str]:
        """Return the nodes named and all that they read, in the order of building."""
        needed, found = list(names), {}
        while needed:
            name = needed.pop()
            if name not in found:
                found[name] = self.nodes[name]["reads"]
                needed += found[name]
        return list(TopologicalSorter(found).static_order())

    def code(self, name: str) -> str:
        """Return the SQL of a model."""
        return (self.compiled / self.nodes[name]["original_file_path"]).read_text(encoding="utf-8")

    def build(self, connection: duckdb.DuckDBPyConnection, name: str, code: str | None = None) -> None:
        """Build a model again, by its own SQL or another; the database is attached under its own name."""
        kind = self.nodes[name]["config"]["materialized"]
        connection.execute(f"create or replace {kind} {self.relation(name)} as {code or self.code(name)}")
