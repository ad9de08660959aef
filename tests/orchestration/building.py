"""Builds models of a published warehouse again, in another working database, from what dbt has compiled.

For tests that change something, or land something else, and look what becomes of it: `lifecycle run` would take ten
times as long for each, most of it for dbt's and Dagster's account of a thousand checks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

import duckdb
from kept import build_kept

from orchestration.defs.publication import publish
from orchestration.defs.resources import Warehouse
from orchestration.fitting.buying_models import refit_buying_models
from orchestration.fitting.churn_models import refit_churn_models
from orchestration.home import WarehouseHome
from orchestration.landing.ledger import request_build
from orchestration.landing.loading import land_folder
from orchestration.publishing.audit import audit_marts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from orchestration.landing.mapping import FileMapping

READS_WHAT_IS_FITTED = {f"source.customer_lifecycle.fitted.{table}" for table in ("buying_models", "churn_models")}
SESSION = "set timezone = 'UTC'; set default_null_order = 'nulls_first_on_asc_last_on_desc'"  # as dbt's profile says


@dataclass(frozen=True)
class CompiledProject:
    """The models and seeds of a build by name, each with the names of those it reads, and their SQL."""

    nodes: dict[str, dict[str, Any]]
    compiled: Path
    working_database: Path
    altered: dict[str, str] = field(default_factory=dict)  # SQL in place of a model's own

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
        return cls(named, target / "compiled" / manifest["metadata"]["project_name"], home.working_database)

    def relation(self, name: str) -> str:
        """Return where a node or a table of landing is in the working database."""
        if name in self.nodes:
            return self.nodes[name]["relation_name"]
        return f"{next(iter(self.nodes.values()))['database']}.landing.{name}"

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
        if name in self.altered:
            return self.altered[name]
        return (self.compiled / self.nodes[name]["original_file_path"]).read_text(encoding="utf-8")

    def build(self, connection: duckdb.DuckDBPyConnection, name: str, code: str | None = None) -> None:
        """Build a model again, by its own SQL or another; the database is attached under its own name."""
        node = self.nodes[name]
        kind = node["config"]["materialized"]
        query = code or self.code(name)
        if kind == "connected_components":
            _build_components(connection, self.relation(name), query)
            return
        if kind == "kept":
            build_kept(connection, node, query, self.relation)
            return
        if node["contract"]["enforced"]:
            columns = (f"cast({column} as {said['data_type']}) as {column}" for column, said in node["columns"].items())
            query = f"select {', '.join(columns)} from ({query})"
        connection.execute(f"create or replace {kind} {self.relation(name)} as {query}")

    def publish_landed(
        self,
        home: WarehouseHome,
        folder: Path,
        mappings: tuple[FileMapping, ...] = (),
        *,
        as_of: str | None = None,
    ) -> None:
        """Land a folder, build everything, audit and publish it."""
        home.folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(home.working_database)) as connection:
            connection.execute(SESSION)
            land_folder(connection, folder, mappings)
            request_build(connection, as_of, None)
            self._build_all(connection)
        assert [outcome for outcome in audit_marts(home) if not outcome.is_met] == []
        publish(Warehouse(home_folder=str(home.folder), as_of=as_of))

    def _build_all(self, connection: duckdb.DuckDBPyConnection) -> None:
        for schema in {node["schema"] for node in self.nodes.values()}:
            connection.execute(f"create schema if not exists {schema}")
        self.copy_dictionary(connection)
        models = [name for name in self.read_by(*self.nodes) if self.nodes[name]["resource_type"] == "model"]
        late = self._readers_of_what_is_fitted(models)
        for name in models:
            if name not in late:
                self.build(connection, name)
        refit_buying_models(connection)
        refit_churn_models(connection)
        for name in late:
            self.build(connection, name)

    def copy_dictionary(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"attach '{self.working_database}' as finished (read_only)")
        for name, node in self.nodes.items():
            if node["resource_type"] == "seed":
                there = self.relation(name).replace('"working"', "finished", 1)
                connection.execute(f"create or replace table {self.relation(name)} as from {there}")
        connection.execute("detach finished")

    def _readers_of_what_is_fitted(self, models: list[str]) -> list[str]:
        found: list[str] = []
        for name in models:
            node = self.nodes[name]
            if READS_WHAT_IS_FITTED.intersection(node["depends_on"]["nodes"]) or node["reads"].intersection(found):
                found.append(name)
        return found


def components_of(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for each node the smallest that can be reached, by joining sets."""
    leaders: dict[str, str] = {}

    def leader(node: str) -> str:
        while leaders.setdefault(node, node) != node:
            leaders[node] = leaders[leaders[node]]
            node = leaders[node]
        return node

    for left, right in edges:
        ends = sorted((leader(left), leader(right)))
        leaders[ends[1]] = ends[0]
    return {node: leader(node) for node in leaders}


def _build_components(connection: duckdb.DuckDBPyConnection, relation: str, edges: str) -> None:
    """Build node and component by joining sets; dbt's own way merges nodes in SQL."""
    found = components_of(connection.execute(edges).fetchall())
    connection.execute(f"create or replace table {relation} (node varchar, component varchar)")
    connection.execute(
        f"insert into {relation} select unnest($1::varchar[]), unnest($2::varchar[])",
        [list(found), list(found.values())],
    )
