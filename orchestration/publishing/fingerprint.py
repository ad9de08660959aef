"""What a release depends on, as one hash: when it has not changed, there is nothing to build."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import duckdb

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from orchestration.engine import Engine

CODE_FOLDERS = ("dbt_project", "expectations", "orchestration")
CODE_SUFFIXES = {".sql", ".yml", ".csv", ".py", ".md"}
SKIPPED_FOLDERS = {"target", "logs", "__pycache__"}

_ASSIGNMENTS = "select experiment_id, customer_id, arm from landing.recorded_assignments order by all"


def _code_files(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix in CODE_SUFFIXES and path.is_file() and not SKIPPED_FOLDERS.intersection(inside):
            yield path


def code_version() -> str:
    """Return a hash of the models, the dictionary, the contract and the code that runs them."""
    return _hash_of(path for name in CODE_FOLDERS for path in _code_files(PROJECT_FOLDER / name))


def models_version() -> str:
    """Return a hash of what the models do, the dictionary aside, and DuckDB's version: what others made is not kept."""
    folders = (PROJECT_FOLDER / "dbt_project" / name for name in ("models", "macros"))
    models = _hash_of(path for folder in folders for path in _code_files(folder) if path.suffix == ".sql")
    return f"{models} on DuckDB {duckdb.__version__}"


def _hash_of(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(PROJECT_FOLDER).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def input_fingerprint(
    connection: duckdb.DuckDBPyConnection, engine: Engine, code: str, as_of: str | None, known_at: str | None
) -> str:
    """Return a hash of all that a build depends on: engine, code, dictionary, landed files, drawn arms, clocks."""
    digest = hashlib.sha256(f"{engine}|{code}|{as_of}|{known_at}".encode())
    files = connection.execute(
        "select content_hash, mapping_name from landing.files where status = 'landed' order by all"
    ).fetchall()
    for content_hash, mapping_name in files:
        digest.update(f"|{content_hash}|{mapping_name}".encode())
    for assignment in connection.execute(_ASSIGNMENTS).fetchall():
        digest.update(f"|{'|'.join(assignment)}".encode())
    return digest.hexdigest()
