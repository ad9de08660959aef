"""Several shops in one landing folder: no record of one is taken for another's, and what each sent can be read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import PurePosixPath

import pytest

from expectations.contract import load_contract
from orchestration.landing.mapping import MappingError, choose_mapping, load_mapping

ORDERS = "order_id,customer_id,ordered_at,status\n1001,7,2024-01-01,paid\n1002,,2024-01-02,paid\n"
HEAD = "files:\n  - pattern: '*.csv'\n"
MAPPED = """\
    tables:
      orders.orders:
        columns: {order_id: nr, customer_id: buyer, ordered_at: day}
"""
EXAMPLES = {"text": "x", "integer": "1", "number": "1", "money": "1", "boolean": "true", "date": "2024-01-01"}
TABLES = load_contract().tables


def ids_of(landing, table_id="orders.orders", columns="order_id, customer_id"):
    return landing.rows(table_id, columns)


def test_the_same_ids_of_two_shops_are_two_records_and_those_of_no_shop_stay(landing):
    for folder in ("", "berlin/", "paris/"):
        landing.put(f"{folder}orders/orders/2024.csv", ORDERS)
    landing.land()
    assert {outcome.status for outcome in landing.report.files} == {"landed"}
    assert ids_of(landing) == [
        ("berlin:1001", "berlin:7"),
        ("berlin:1002", None),
        ("1001", "7"),
        ("1002", None),
        ("paris:1001", "paris:7"),
        ("paris:1002", None),
    ]
    told = "select source_file, mapping_name, source_relation from landing.files order by all"
    assert landing.connection.execute(told).fetchall() == [
        ("berlin/orders/orders/2024.csv", "berlin/orders.orders", "berlin"),
        ("orders/orders/2024.csv", "orders.orders", None),
        ("paris/orders/orders/2024.csv", "paris/orders.orders", "paris"),
    ]
    landing.land()
    assert {outcome.status for outcome in landing.report.files} == {"skipped"}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_ids_alone_are_landed_behind_the_shops_name(landing, table):
    sent = {
        column.name: (column.values or ("2024-01-01 10:00:00" if column.type == "timestamp" else None,))[0]
        or EXAMPLES[column.type]
        for column in table.columns
    }
    sent |= {"birth_year": "1990"} if "birth_year" in sent else {}
    text = io.StringIO()
    writer = csv.DictWriter(text, sent)
    writer.writeheader()
    writer.writerow(sent)
    landing.put(f"berlin/{table.source}/{table.name}.csv", text.getvalue())
    landing.land()
    listed = ", ".join(f'"{name}"' for name in sent)
    ((*landed, extra),) = landing.rows(table.id, f"{listed}, _extra")
    ids = {column.name for column in table.columns if column.is_id}
    expected = {name: f"berlin:{value}" if name in ids else value for name, value in sent.items()}
    assert dict(zip(sent, landed, strict=True)) == expected
    assert extra is None


def test_a_change_of_an_id_is_told_with_the_id_that_its_table_has(landing):
    head = "object_id,field,old_value,new_value,changed_at,changed_by\n"
    rows = "L1,person_key,,7,2024-01-01,U1\nL1,status,new,working,2024-01-01,\n"
    landing.put("berlin/crm/lead_history.csv", head + rows)
    landing.land()
    assert landing.rows("crm.lead_history", "object_id, old_value, new_value, changed_by") == [
        ("berlin:L1", None, "berlin:7", "berlin:U1"),
        ("berlin:L1", "new", "working", None),
    ]


def test_a_row_put_aside_is_shown_as_the_shop_sent_it(landing):
    landing.put("berlin/orders/orders.csv", "order_id,customer_id,ordered_at\n1001,7,never\n1002,7\n")
    landing.land()
    columns = "source_file, source_row, mapping_name, row_text, source_relation"
    (broken, ragged) = landing.quarantine(columns)
    assert json.loads(broken[3]) == {"order_id": "1001", "customer_id": "7", "ordered_at": "never"}
    assert broken[:3] + broken[4:] == ("berlin/orders/orders.csv", 1, "berlin/orders.orders", "berlin")
    assert ragged[3:] == ("1002,7", "berlin")
    assert landing.report.broken_rows["orders.orders", "ordered_at_readable"] == 1


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (
            "Berlin Mitte/orders/orders.csv",
            "Berlin Mitte/orders/orders.csv: the folder 'Berlin Mitte' is that of a shop, and its name has other signs "
            "than a-z, 0-9 and _. Rename the folder, for example to berlin_2.",
        ),
        (
            "it's/orders/orders/2024.csv",
            "it's/orders/orders/2024.csv: the folder 'it's' is that of a shop, and its name has other signs than a-z, "
            "0-9 and _. Rename the folder, for example to berlin_2.",
        ),
        (
            "crm/orders/orders.csv",
            "crm/orders/orders.csv: the folder 'crm' bears the name of a source, so it is not that of a shop. Rename "
            "the shop's folder, for example to shop_crm.",
        ),
    ],
)
def test_a_folder_that_can_be_no_shops_is_refused(landing, place, says):
    landing.put(place, ORDERS)
    landing.put("berlin/orders/orders.csv", ORDERS)
    landing.land()
    assert (landing.outcome(place).status, landing.outcome(place).message) == ("refused", says)
    assert [row[0] for row in ids_of(landing)] == ["berlin:1001", "berlin:1002"]


@pytest.mark.parametrize("place", ["eu/berlin/orders/orders.csv", "berlin/orders/baskets.csv", "berlin/orders.csv"])
def test_a_file_deeper_or_of_no_table_is_none_of_ours(landing, place):
    landing.put(place, ORDERS)
    assert (landing.land().files, landing.report.unrecognised) == ([], [place])


def test_a_source_has_any_depth_below_it_even_in_a_folder_of_its_own_name(landing):
    landing.put("orders/orders/orders/orders.csv", ORDERS)
    landing.put("berlin/orders/orders/2024/01.csv", ORDERS)
    landing.land()
    assert [row[0] for row in ids_of(landing)] == ["berlin:1001", "berlin:1002", "1001", "1002"]


def test_ids_of_no_shop_that_begin_like_a_shops_are_put_aside(landing):
    landing.put("berlin/orders/orders.csv", ORDERS)
    landing.land()
    landing.put("orders/orders.csv", "order_id,customer_id,ordered_at\nberlin:1001,,2024-01-01\nberlin,,2024-01-01\n")
    landing.put("paris/orders/orders.csv", "order_id,customer_id,ordered_at\nberlin:1001,,2024-01-01\n")
    landing.land()
    ((row, _, reasons),) = landing.quarantine()
    assert row == 1
    assert reasons == [
        "order_id: begins like the ids of the shop berlin; send the row in that shop's folder, or give the folder "
        "another name"
    ]
    assert [row[0] for row in ids_of(landing)] == ["berlin:1001", "berlin:1002", "berlin", "paris:berlin:1001"]


def test_a_shop_whose_ids_are_taken_is_refused(landing):
    landing.put("crm/deals.csv", "deal_id,account_id,stage\n1,berlin:9,open\n")
    landing.land()
    landing.put("berlin/orders/orders.csv", ORDERS)
    landing.put("paris/orders/orders.csv", ORDERS)
    landing.land()
    assert landing.outcome("berlin/orders/orders.csv").message == (
        "berlin/orders/orders.csv, column 'account_id': ids of crm.deals that belong to no shop begin with 'berlin:' "
        "already. Give the folder 'berlin' another name."
    )
    assert landing.outcome("paris/orders/orders.csv").status == "landed"


@pytest.mark.parametrize(
    ("entry", "place", "relation"),
    [
        ("    source_relation: berlin\n" + MAPPED, "export.csv", "berlin"),
        ("    source_relation: berlin\n" + MAPPED, "paris/orders/export.csv", "berlin"),
        ("    source_relation: '*'\n" + MAPPED, "paris/export.csv", "paris"),
        (MAPPED, "paris/orders/export.csv", "paris"),
        (MAPPED, "paris/export.csv", None),
        (MAPPED, "orders/export.csv", None),
        ("    delimiter: ';'\n", "paris/orders/orders.csv", "paris"),
        ("    delimiter: ';'\n", "orders/orders.csv", None),
    ],
)
def test_a_mapping_reads_a_shops_files_too(tmp_path, landing, entry, place, relation):
    path = tmp_path / "mapping.yml"
    path.write_text(HEAD + entry, encoding="utf-8")
    mappings = load_mapping(path)
    content = "nr,buyer,day\n1001,7,2024-01-01\n" if "tables" in entry else ORDERS.replace(",", ";")
    landing.put(place, content)
    landing.land(mappings)
    before = f"{relation}:" if relation else ""
    assert ids_of(landing)[0] == (f"{before}1001", f"{before}7")
    chosen = choose_mapping(PurePosixPath(place), mappings, load_contract())
    assert (chosen.relation, chosen.name.startswith(f"{relation}/")) == (relation, relation is not None)


def test_a_file_outside_every_folder_has_no_shop_to_be_named_by(tmp_path, landing):
    path = tmp_path / "mapping.yml"
    path.write_text(f"{HEAD}    source_relation: '*'\n{MAPPED}", encoding="utf-8")
    landing.put("export.csv", "nr,buyer,day\n1001,7,2024-01-01\n")
    landing.land(load_mapping(path))
    assert landing.outcome("export.csv").message == (
        "export.csv: lies in no folder whose name could be its shop's, as the mapping wants it. Put it into the "
        "shop's folder, or name the shop in the mapping."
    )


@pytest.mark.parametrize(
    ("entry", "line", "says"),
    [
        ("    source_relation: Berlin\n" + MAPPED, 3, "'Berlin' cannot be a shop's name; write a-z, 0-9 and _"),
        ("    source_relation: crm\n" + MAPPED, 3, "'crm' cannot be a shop's name"),
        ("    source_relation: berlin\n    delimiter: ';'\n", 3, "source_relation needs `tables`"),
        ("    source_relation: [a, b]\n" + MAPPED, 3, "expected one value here"),
        ("    source_relations: a\n" + MAPPED, 3, "did you mean 'source_relation'?"),
    ],
)
def test_a_wrong_shop_in_a_mapping_is_told_with_its_line(tmp_path, entry, line, says):
    path = tmp_path / "mapping.yml"
    path.write_text(HEAD + entry, encoding="utf-8")
    with pytest.raises(MappingError) as error:
        load_mapping(path)
    assert f"line {line}: " in str(error.value)
    assert says in str(error.value)
