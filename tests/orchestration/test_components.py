"""The materialization `connected_components` finds what joining sets finds, on graphs of many shapes, run by dbt."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import duckdb
from building import components_of

from orchestration.home import PROJECT_FOLDER

MACRO = PROJECT_FOLDER / "dbt_project" / "macros" / "materializations" / "connected_components.sql"
PROJECT = "{name: graphs, profile: graphs, config-version: 2, flags: {send_anonymous_usage_stats: false}}"
PROFILE = "{graphs: {target: here, outputs: {here: {type: duckdb, path: graphs.duckdb}}}}"
MODEL = "{{ config(materialized='connected_components') }} select left_node, right_node from main.edges"
MODELS = {"components": MODEL, "components_of_nothing": f"{MODEL} where false"}
LONG = 10_000

Edges = list[tuple[str, str]]


def shapes() -> dict[str, Edges]:
    """Return graphs by name; the nodes of a long one sort as they are numbered."""
    numbered = [f"{number:06}" for number in range(LONG)]
    shuffled = random.Random(8).sample(numbered, LONG)
    middle = numbered[LONG // 2]
    return {
        "chain in order": list(pairwise(numbered)),
        "chain against the order": list(pairwise(numbered[::-1])),
        "chain in no order": list(pairwise(shuffled)),
        "ring": list(zip(shuffled, shuffled[1:] + shuffled[:1], strict=True)),
        "star": [(middle, node) for node in numbered if node != middle],
        "clique": [(left, right) for left in numbered[:100] for right in numbered[:100]],
        "loops": [(node, node) for node in numbered[:100]],
        "edges told twice": [("b", "a"), ("a", "b"), ("b", "a"), ("c", "b")],
        "what sorts by code point": [("Z", "a"), ("a", "é"), ("李", "é"), ("10", "9"), ("", "9")],
    }


def drawn(seed: int) -> Edges:
    """Return a graph drawn at random, from sparse to dense, some edges from a node to itself."""
    source = random.Random(seed)
    nodes = [str(source.random()) for _ in range(source.randint(1, 200))]
    return [(source.choice(nodes), source.choice(nodes)) for _ in range(source.randint(1, 300))]


def graphs() -> dict[str, Edges]:
    """Return all graphs as parts of one, each with nodes of its own."""
    named = shapes() | {f"drawn with {seed}": drawn(seed) for seed in range(200)}
    return {name: [(f"{name}: {left}", f"{name}: {right}") for left, right in edges] for name, edges in named.items()}


def built_by_dbt(folder: Path, edges: Edges) -> list[dict[str, str]]:
    """Return the component of each node, of all edges and of none, from a dbt project that has these models only."""
    (folder / "models").mkdir()
    (folder / "macros").mkdir()
    shutil.copy(MACRO, folder / "macros")
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    for name, query in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(query)
    with duckdb.connect(str(folder / "graphs.duckdb")) as connection:
        connection.execute("create table edges (left_node varchar, right_node varchar)")
        connection.execute("insert into edges select unnest($1), unnest($2)", list(map(list, zip(*edges, strict=True))))
    command = [Path(sys.executable).with_name("dbt"), "--quiet", "run", "--no-version-check", "--profiles-dir", "."]
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(folder / "graphs.duckdb"), read_only=True) as connection:
        assert connection.execute("show tables").fetchall() == [(name,) for name in (*MODELS, "edges")]
        rows = [connection.execute(f"select node, component from {name}").fetchall() for name in MODELS]
    assert list(map(len, rows)) == [len(dict(found)) for found in rows]
    return list(map(dict, rows))


def test_components_are_those_that_joining_sets_finds(tmp_path: Path) -> None:
    parts = graphs()
    found, of_nothing = built_by_dbt(tmp_path, [edge for edges in parts.values() for edge in edges])
    expected = {name: components_of(edges) for name, edges in parts.items()}
    assert [name for name, nodes in expected.items() if {node: found.get(node) for node in nodes} != nodes] == []
    assert len(found) == sum(map(len, expected.values()))
    assert of_nothing == {}
