"""Pages that are made from other files: dbt's source lists from the contract, the data dictionary from dbt, and so on.

Each generator returns path and text; `write_pages` and `stale_pages` do the rest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from expectations.contract import Column, Contract, Table, load_contract
from orchestration.dictionary.display import lifecycles_page
from orchestration.dictionary.lifecycles import lifecycles_of
from orchestration.dictionary.seeds import read_seeds
from orchestration.dictionary.tables import read_dictionary
from orchestration.home import DICTIONARY_FOLDER, PROJECT_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

MADE_BY = "Made by `lifecycle reference`; do not edit."
STAGING_FOLDER = PROJECT_FOLDER / "dbt_project" / "models" / "staging"
MACROS_FOLDER = PROJECT_FOLDER / "dbt_project" / "macros"
REFERENCE_FOLDER = PROJECT_FOLDER / "docs" / "reference"


def _source_table(table: Table) -> dict[str, Any]:
    columns = [
        {"name": column.name, "description": column.description}
        | ({"config": {"tags": ["personal"]}} if column.personal else {})
        for column in table.columns
    ]
    asset_key = {"asset_key": ["raw", table.source, table.name]}
    return {
        "name": table.name,
        "identifier": table.raw_name,
        "description": f"{table.description} Append-only: every version ever sent.",
        "config": {"meta": {"dagster": asset_key}},
        "columns": columns,
    }


def source_pages(contract: Contract) -> dict[Path, str]:
    """Return dbt's source list of each source, and what its models are to know of the contract."""
    pages: dict[Path, str] = {}
    for source, description in contract.source_descriptions.items():
        tables = [_source_table(table) for table in contract.tables_of(source)]
        body = {
            "version": 2,
            "sources": [{"name": source, "schema": "raw", "description": description, "tables": tables}],
        }
        text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110)
        pages[STAGING_FOLDER / source / f"_{source}__sources.yml"] = f"# {MADE_BY}\n{text}"
    pages[MACROS_FOLDER / "personal_fields.sql"] = _personal_fields_macro(contract)
    return pages


def _personal_fields_macro(contract: Contract) -> str:
    """Return the macro that tells a history's model which fields of its table are tagged as personal."""
    lines = [
        f"{{# {MADE_BY}",
        "   The columns that the contract tags as personal, as texts of SQL, for a history of changes of columns. #}",
        "{% macro personal_fields(table) -%}",
        "    {{ {",
    ]
    for table in contract.tables.values():
        if any(column.field_of == table.name for other in contract.tables_of(table.source) for column in other.columns):
            names = ", ".join(f"'{column.name}'" for column in table.columns if column.personal)
            lines.append(f'        "{table.id}": "{names}",')
    return "\n".join([*lines, "    }[table] }}", "{%- endmacro %}", ""])


def contract_page(contract: Contract) -> str:
    """Return the page that lists what each source may send."""
    lines = [
        "# Raw contract",
        "",
        f"<!-- {MADE_BY} -->",
        "",
        "What each source may send. Every table may be missing. An `id` is landed behind the name of its shop, if any.",
        "",
    ]
    for source, description in contract.source_descriptions.items():
        lines += [f"## {source}", "", f"{description} Owner: {contract.source_owners[source]}.", ""]
        for table in contract.tables_of(source):
            fresh = table.fresh_within_days
            promise = f" An event at least every {fresh} days." if fresh else ""
            lines += [f"### {table.id}", "", f"{table.description} Key: {', '.join(table.key)}.{promise}", ""]
            lines += ["| column | type | promise | meaning |", "|---|---|---|---|"]
            lines += [_contract_row(column) for column in table.columns]
            lines.append("")
    return "\n".join(lines)


def _contract_row(column: Column) -> str:
    promises = ["never empty" if column.not_null else "in the header" if column.required else ""]
    promises += [f"one of {', '.join(column.values)}" if column.values else ""]
    promises += [f"at least {column.min:g}" if column.min is not None else ""]
    promises += ["not in the future" if column.past else "", f"personal: {column.personal}" if column.personal else ""]
    promises += ["id" if column.is_id else "", f"whose: {column.whose}" if column.whose else ""]
    promises += [f"mentions: {' or '.join(column.mentions)}" if column.mentions else ""]
    promise = "; ".join(text for text in promises if text)
    return f"| {column.name} | {column.type} | {promise} | {column.description} |"


def _mart_section(node: dict[str, Any]) -> list[str]:
    lines = [f"### {node['name']}", "", " ".join(node["description"].split()), ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for column in node["columns"].values():
        lines.append(f"| {column['name']} | {column['data_type']} | {' '.join(column['description'].split())} |")
    return [*lines, ""]


def data_dictionary_page(manifest: dict[str, Any]) -> str:
    """Return the page that lists every published table and its columns."""
    marts = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    ]
    lines = ["# Data dictionary", "", f"<!-- {MADE_BY} -->", ""]
    lines += ["Every table of the published file. The contract of each is enforced at every build.", ""]
    for domain in sorted({node["fqn"][2] for node in marts}):
        lines += [f"## {domain}", ""]
        for node in sorted((n for n in marts if n["fqn"][2] == domain), key=lambda n: n["name"]):
            lines += _mart_section(node)
    return "\n".join(lines)


def dictionary_page(manifest: dict[str, Any]) -> str:
    """Return the page that lists every table of the business dictionary and its columns."""
    lines = ["# Business dictionary", "", f"<!-- {MADE_BY} -->", ""]
    lines += ["What we know: `dbt_project/seeds/dictionary/`. `lifecycle dictionary check` judges it.", ""]
    seeds = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    for name in read_seeds(DICTIONARY_FOLDER):
        lines += _seed_section(seeds[name])
    return "\n".join(lines)


def _seed_section(node: dict[str, Any]) -> list[str]:
    lines = [f"## {node['name']}", "", " ".join(node["description"].split()), ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for name, kind in node["config"]["column_types"].items():
        meaning = " ".join(node["columns"][name]["description"].split()).replace("|", "\\|")
        lines.append(f"| {name} | {kind} | {meaning} |")
    return [*lines, ""]


def all_pages(manifest_path: Path) -> dict[Path, str]:
    """Return every generated page; `manifest_path` is dbt's manifest.json."""
    contract = load_contract()
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    return source_pages(contract) | {
        REFERENCE_FOLDER / "raw_contract.md": contract_page(contract),
        REFERENCE_FOLDER / "data_dictionary.md": data_dictionary_page(manifest),
        REFERENCE_FOLDER / "dictionary.md": dictionary_page(manifest),
        REFERENCE_FOLDER / "lifecycles.md": lifecycles_page(lifecycles_of(read_dictionary(DICTIONARY_FOLDER)), MADE_BY),
    }


def write_pages(pages: dict[Path, str]) -> None:
    """Write the pages."""
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def stale_pages(pages: dict[Path, str]) -> list[Path]:
    """Return the pages whose file differs from what would be made now."""
    return [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
