"""What the dictionary's tables promise, read from `_dictionary__seeds.yml`, where dbt reads it too.

A column is described once: its type in `column_types`, its promises as data tests. The checks read them from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from orchestration.dictionary.findings import DictionaryError, Finding

if TYPE_CHECKING:
    from pathlib import Path

SEEDS_FILE = "_dictionary__seeds.yml"
_REF = re.compile(r"""ref\(['"](\w+)['"]\)""")


@dataclass(frozen=True)
class SeedColumn:
    """What one column promises."""

    name: str
    type: str
    is_never_empty: bool = False
    values: tuple[str, ...] = ()
    points_to: tuple[str, str] | None = None  # table and column


@dataclass(frozen=True)
class Seed:
    """What one table promises."""

    name: str
    columns: tuple[SeedColumn, ...]
    keys: tuple[tuple[str, ...], ...]


def read_seeds(folder: Path) -> dict[str, Seed]:
    """Read the promises of every table of the folder, by the table's name.

    Raises:
        DictionaryError: there is no such file, or it is no YAML.
    """
    path = folder / SEEDS_FILE
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "restore it, or name the folder that holds it"
        raise DictionaryError([Finding(path, None, None, "the file is missing", remedy)]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DictionaryError([Finding(path, line, None, f"not YAML: {error.problem}", "mend it")]) from None
    return {body["name"]: _seed(body) for body in document["seeds"]}


def _seed(body: dict[str, Any]) -> Seed:
    described = {column["name"]: column for column in body.get("columns", ())}
    types = body.get("config", {}).get("column_types", {})
    columns = tuple(_column(name, kind, _tests(described.get(name, {}))) for name, kind in types.items())
    keys = [tuple(arguments["columns"]) for name, arguments in _tests(body) if name == "unique_key"]
    return Seed(body["name"], columns, tuple(keys))


def _tests(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return name and arguments of each data test."""
    tests = [test if isinstance(test, dict) else {test: {}} for test in body.get("data_tests", ())]
    return [(name, options.get("arguments", {})) for test in tests for name, options in test.items()]


def _column(name: str, kind: str, tests: list[tuple[str, dict[str, Any]]]) -> SeedColumn:
    promises = dict(tests)
    values = tuple(str(value) for value in promises.get("accepted_values", {}).get("values", ()))
    target = promises.get("relationships")
    points_to = (_REF.findall(target["to"])[0], target["field"]) if target else None
    return SeedColumn(name, kind, "not_null" in promises, values, points_to)
