"""The models' own masks, rendered for DuckDB: what is normalised, judged or hashed here is so in staging too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

_MACROS = (
    "engines/digits_of",
    "engines/read_timestamp",
    "engines/sha256",
    "hash_personal",
    "has_plausible_name",
    "has_well_formed_email",
    "has_well_formed_phone",
)


class _DuckDBAdapter:
    """What dbt calls `adapter`, for macros that are written once for each engine."""

    def dispatch(self, name: str) -> Callable[..., str]:
        """Return DuckDB's version of a macro."""
        return mask(f"duckdb__{name}")


@cache
def _macros() -> object:
    folder = PROJECT_FOLDER / "dbt_project" / "macros"
    text = "".join((folder / f"{name}.sql").read_text(encoding="utf-8") for name in _MACROS)
    environment = Environment(autoescape=False)  # noqa: S701 - SQL, not HTML
    return environment.from_string(text, globals={"adapter": _DuckDBAdapter()}).module


def mask(name: str) -> Callable[..., str]:
    """Return a macro of the dbt project, which takes a column and returns SQL."""
    return getattr(_macros(), name)


def normal_form(kind: str, column: str) -> str:
    """Return the SQL of what is the same for two spellings of one value; NULL where there is none."""
    if kind in ("email", "phone"):
        return mask(f"hash_{kind}")(column)
    return f"nullif({column}, '')"


def is_well_formed(kind: str, column: str) -> str:
    """Return the SQL that judges an e-mail address or a phone number."""
    return mask(f"has_well_formed_{kind}")(column)
