"""Runs single models of the project on rows that a test makes up, without a dbt run for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
from kept import build_kept

from expectations.contract import load_contract
from orchestration.home import PROJECT_FOLDER
from orchestration.landing.ledger import prepare_tables

CATALOG = "working"


class ModelBench:
    """The compiled models, ready to be run on tables of a test's own."""

    def __init__(self, nodes: dict[str, dict[str, Any]]) -> None:
        self.nodes = nodes

    @classmethod
    def compiled(cls, folder: Path) -> ModelBench:
        """Compile the project, with dbt's files in `folder`."""
        return cls(_compiled_nodes(folder))

    def altered(self, name: str, old: str, new: str) -> ModelBench:
        """Return a bench on which the SQL of one model says something else."""
        code = self.nodes[name]["compiled_code"]
        assert old in code, f"{name} does not say {old!r}"
        return ModelBench(self.nodes | {name: self.nodes[name] | {"compiled_code": code.replace(old, new)}})

    def run(self, target: str, given: dict[str, tuple[str, list[tuple]]]) -> list[dict[str, Any]]:
        """Build `target` and all that lies between it and the given tables; return its rows.

        Args:
            target: a model's name.
            given: for each model or seed to stand in for, the column list with types, and the rows.
        """
        return self.run_all([target], given)[target]

    def run_all(self, targets: list[str], given: dict[str, tuple[str, list[tuple]]]) -> dict[str, list[dict[str, Any]]]:
        """Build several models at once; return the rows of each."""
        with duckdb.connect() as connection:
            connection.execute(f"set timezone = 'UTC'; attach ':memory:' as {CATALOG}")
            for name, (columns, rows) in given.items():
                self._fill(connection, name, columns, rows)
            done = set(given)
            for target in targets:
                self._build(connection, target, done)
            return {target: self._rows(connection, target) for target in targets}

    def _rows(self, connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
        result = connection.execute(f"select * from {self._relation(name)}")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _relation(self, name: str) -> str:
        node = self.nodes[name]
        return f"{CATALOG}.{node['schema']}.{node['alias']}"

    def _fill(self, connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple]) -> None:
        connection.execute(f"create schema if not exists {CATALOG}.{self.nodes[name]['schema']}")
        connection.execute(f"create table {self._relation(name)} ({columns})")
        if rows:
            places = ", ".join("?" * len(rows[0]))
            values = ", ".join([f"({places})"] * len(rows))
            connection.execute(
                f"insert into {self._relation(name)} values {values}", [value for row in rows for value in row]
            )

    def _build(self, connection: duckdb.DuckDBPyConnection, name: str, done: set[str]) -> None:
        if name in done:
            return
        node = self.nodes[name]
        if node["resource_type"] == "source":
            connection.execute(f"use {CATALOG}")
            prepare_tables(connection, load_contract())
            done.update(source for source, found in self.nodes.items() if found["resource_type"] == "source")
            return
        for parent in node["depends_on"]["nodes"]:
            self._build(connection, parent.split(".")[-1], done)
        connection.execute(f"create schema if not exists {CATALOG}.{node['schema']}")
        if node["config"]["materialized"] == "kept":
            build_kept(connection, node, node["compiled_code"], self._relation)
        else:
            connection.execute(f"create table {self._relation(name)} as {node['compiled_code']}")
        done.add(name)


def _compiled_nodes(folder: Path) -> dict[str, dict[str, Any]]:
    command = [Path(sys.executable).with_name("dbt"), "compile", "--quiet", "--no-version-check"]
    command += ["--profiles-dir", ".", "--target-path", folder / "target", "--log-path", folder / "logs"]
    environment = {**os.environ, "LIFECYCLE_WORKING_DATABASE": str(folder / f"{CATALOG}.duckdb"), "DO_NOT_TRACK": "1"}
    subprocess.run(command, cwd=PROJECT_FOLDER / "dbt_project", env=environment, check=True, capture_output=True)
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    kinds = ("model", "seed")
    landed = {source["name"]: source for source in manifest["sources"].values() if source["source_name"] == "landing"}
    sources = {name: source | {"alias": source["identifier"]} for name, source in landed.items()}
    return sources | {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] in kinds}
