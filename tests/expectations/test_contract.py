"""The contract keeps its own rules."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import yaml

from expectations.column_types import COLUMN_TYPES
from expectations.contract import CONTRACT_FOLDER, PERSONAL_KINDS, RECORD_KINDS, Column, load_contract
from expectations.row_rules import row_rules
from orchestration.home import PROJECT_FOLDER

TABLES = list(load_contract().tables.values())
LINEAGE = {"_extra", "_source_file", "_source_row", "_content_hash", "_loaded_at"}
SENTENCE = re.compile(r"[A-Z].*[^.]\.|[a-z_]+: .*[^.]\.", re.DOTALL)


@pytest.fixture(params=TABLES, ids=lambda table: table.id)
def table(request):
    return request.param


def test_every_key_is_among_the_columns_and_never_empty(table):
    assert table.key
    columns = {column.name: column for column in table.columns}
    assert [name for name in table.key if not columns[name].not_null] == []


def test_every_key_names_a_record_of_the_source_so_that_shops_are_told_apart(table):
    columns = {column.name: column for column in table.columns}
    assert any(columns[name].is_id for name in table.key)
    assert [column for column in table.columns if column.is_id and column.type != "text"] == []
    assert [column for column in table.columns if (column.whose or column.mentions) and not column.is_id] == []


def test_every_name_is_plain_and_not_landings_own(table):
    for name in (table.source, table.name, *table.column_names):
        assert re.fullmatch("[a-z][a-z0-9_]*", name), name
    assert not LINEAGE & set(table.column_names)
    assert "__" not in table.source + "_" + table.name


def test_every_description_is_a_sentence(table):
    for text in (table.description, *(column.description for column in table.columns)):
        assert SENTENCE.fullmatch(text), text


def test_every_type_is_known_and_limits_fit_it(table):
    for column in table.columns:
        assert column.type in COLUMN_TYPES
        assert not column.past or column.type in ("timestamp", "date")
        assert not column.values or column.type == "text"
        assert (column.min is None and column.max is None) or column.type in ("integer", "number", "money")


def test_every_rule_has_a_name_of_its_own(table):
    times = Counter(rule.name for rule in row_rules(table))
    assert [name for name, count in times.items() if count > 1] == []


def test_values_are_lower_case_and_not_doubled(table):
    for column in table.columns:
        assert len(set(column.values)) == len(column.values)
        assert all(re.fullmatch("[a-z][a-z_]*", value) for value in column.values), column


def test_names_ending_alike_have_one_type():
    kinds = {"_at": "timestamp", "_date": "date", "_id": "text", "_count": "integer"}
    wrong = [
        f"{table.id}.{column.name}"
        for table in TABLES
        for column in table.columns
        for ending, kind in kinds.items()
        if column.name.endswith(ending) and column.type != kind
    ]
    booleans = [c.name for t in TABLES for c in t.columns if c.name.startswith("is_") and c.type != "boolean"]
    assert wrong + booleans == []


def test_every_file_names_itself_and_every_option_is_one_of_columns():
    options = set(Column.__dataclass_fields__) - {"name"}
    for path in CONTRACT_FOLDER.glob("*.yml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert document["source"] == path.stem
        assert set(document) == {"source", "description", "owner", "tables"}
        for body in document["tables"].values():
            assert set(body) - {"fresh_within_days"} == {"description", "key", "columns"}
            for column in body["columns"].values():
                assert set(column) <= options


TELLING = re.compile(
    r"(.*_)?(email|mail|phone|mobile|address|street|birth.*|text|comment|note|body|requester.*|.*name)"
)
NAMES_OF_THINGS = {
    "crm.campaigns.name",
    "orders.products.name",
    "partners.partners.name",
    "product.usage_events.event_name",
}
IDS = {"person_key": "buyer", "customer_id": "buyer"} | {f"{kind}_id": kind for kind in RECORD_KINDS}


def test_whatever_tells_of_a_person_is_tagged_as_personal():
    named = {f"{t.id}.{c.name}": c for t in TABLES for c in t.columns if TELLING.fullmatch(c.name)}
    assert {name for name, column in named.items() if not column.personal} == NAMES_OF_THINGS
    assert {c.personal for t in TABLES for c in t.columns if c.personal} == set(PERSONAL_KINDS)


def test_every_id_of_a_record_of_a_person_says_whose_it_is():
    for table in TABLES:
        for column in table.columns:
            if column.name in IDS:
                assert column.whose == IDS[column.name] or IDS[column.name] in column.mentions, (
                    f"{table.id}.{column.name}"
                )
            assert column.whose is None or column.whose in RECORD_KINDS
            assert set(column.mentions) <= set(RECORD_KINDS)
            assert not (column.whose and column.mentions)


def test_a_history_of_a_table_with_personal_columns_says_so():
    for table in TABLES:
        of = load_contract().tables.get(f"{table.source}.{table.name.removesuffix('_history')}s")
        if table.name.endswith("_history") and any(column.personal for column in of.columns):
            fields = {column.name: column.field_of for column in table.columns}
            assert (fields["old_value"], fields["new_value"]) == (of.name, of.name), table.id


def test_tables_of_a_source_come_in_the_contracts_order():
    assert [table.name for table in load_contract().tables_of("staff")] == ["staff_events", "trainings"]
    assert load_contract().tables["staff.trainings"].raw_name == "staff__trainings"


def test_every_source_is_owned_by_a_team_that_owns_marts():
    groups = yaml.safe_load((PROJECT_FOLDER / "dbt_project/models/_groups.yml").read_text(encoding="utf-8"))["groups"]
    owners = load_contract().source_owners
    assert owners.keys() == load_contract().source_descriptions.keys()
    assert set(owners.values()) <= {group["name"] for group in groups}


def test_a_promise_to_be_fresh_is_of_a_table_that_tells_of_events(table):
    assert table.fresh_within_days is None or table.fresh_within_days > 0
    assert table.fresh_within_days is None or any(column.past for column in table.columns)
