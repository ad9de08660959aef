"""Renders macros that are plain expressions, without a dbt run."""

from __future__ import annotations

from jinja2 import Environment

from orchestration.home import PROJECT_FOLDER

MACROS = PROJECT_FOLDER / "dbt_project" / "macros"


def rendered(sql: str, *macros: str) -> str:
    """Return SQL in which the named macros may be called, as it is compiled."""
    definitions = (MACROS / f"{name}.sql" for name in macros)
    text = "".join(path.read_text(encoding="utf-8") for path in definitions) + sql
    return Environment(autoescape=False).from_string(text).render().strip()  # noqa: S701 - SQL, not HTML
