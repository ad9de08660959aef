"""The page that tells what was checked: rules at the boundary, files, quarantine, published tables.

One HTML file without scripts or outside styles, so that it reads the same offline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, select_autoescape

if TYPE_CHECKING:
    import duckdb

    from orchestration.publishing.release import Manifest

_QUERIES = {
    "files": """
        select source_file, status, rows_count, landed_count, quarantined_count,
            array_to_string(added_columns, ', ') as added_columns, message
        from landing.files
        order by (status = 'landed'), quarantined_count = 0, source_file
    """,
    "quarantine": """
        select source_file, source_row, array_to_string(reasons, '; ') as reasons
        from landing.quarantine order by source_file, source_row limit 500
    """,
    "rules": """
        select table_id, rule_name, sum(rows_count) as rows_count, sum(broken_count) as broken_count
        from landing.rule_results
        group by table_id, rule_name
        order by (sum(broken_count) = 0), table_id, rule_name
    """,
    "audit": "select * from audit.published_tables order by table_name, rule_name",
}


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def render_data_docs(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> str:
    """Return the page for a release."""
    environment = Environment(
        loader=PackageLoader("orchestration.publishing"), autoescape=select_autoescape(), trim_blocks=True
    )
    tables = {name: _rows(connection, query) for name, query in _QUERIES.items()}
    return environment.get_template("data_docs.html.j2").render(manifest=manifest, **tables)
