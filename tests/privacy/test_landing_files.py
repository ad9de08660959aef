"""Files that a mapping reads, in other encodings and shapes, lose what is the person's and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.contract import load_contract
from orchestration.landing.ledger import prepare_tables
from orchestration.landing.loading import find_files
from orchestration.landing.mapping import load_mapping
from orchestration.privacy.landing_files import find_edits, write_edited
from orchestration.privacy.masks import normal_form

SALT = "salt"
ERASED = (
    ("buyer", "17850", "erased-1"),
    ("email", "ada@example.org", "a@erased.invalid"),
    ("phone", "42079460958", "00001234567"),
)
MAPPING = """
files:
  - pattern: "*.csv"
    delimiter: ";"
    encoding: gb18030
    tables:
      orders.orders:
        one_row_per: [order_id]
        columns:
          order_id: Invoice
          customer_id: "regexp_replace(Customer, '[.]0$', '')"
          email: lower(Mail)
          ordered_at: Date
      orders.order_lines:
        columns: {order_id: Invoice, line_number: Line, quantity: Quantity}
"""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        prepare_tables(connection, load_contract())
        for kind, value, stand_in in ERASED:
            connection.execute(
                "insert into landing.erased_values "
                f"select 'e1', $1, sha256($2 || '|{kind}|' || {normal_form(kind, '$3')}), $4",
                [kind, SALT, value, stand_in],
            )
        yield connection


def rewritten(connection: duckdb.DuckDBPyConnection, folder: Path, mapping: str | None = None) -> Path:
    """Write the one file of a folder anew, and return where."""
    (folder.parent / "mapping.yml").write_text(mapping or "files: []", encoding="utf-8")
    files, _ = find_files(folder, load_mapping(folder.parent / "mapping.yml"), load_contract())
    target = folder.parent / "written"
    write_edited(files[0], find_edits(connection, SALT, files[0]), target)
    return target


def put(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / "landing" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return tmp_path / "landing"


def test_a_mapped_file_changes_in_the_columns_that_the_mapping_reads(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = (
        "Invoice;Line;Quantity;Customer;Mail;Date;备注\r\n"
        "1;1;17850;17850.0;Ada@Example.org;2024-01-01;住在伦敦\r\n"
        "17850;1;2;18000.0;bob@example.org;2024-01-01;17850\r\n"
    )
    folder = put(tmp_path, "sales.csv", text.encode("gb18030"))
    expected = text.replace("17850.0;Ada@Example.org", "erased-1;a@erased.invalid").replace("住在伦敦", "")
    assert rewritten(connection, folder, MAPPING).read_bytes().decode("gb18030") == expected


def test_json_keeps_its_numbers_and_what_is_nested(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    lines = (
        '{"order_id": "1", "customer_id": 17850, "gross_amount": 9.50, "ordered_at": "2024-01-01", "a": {"a": [1]}}\n'
        '\n{"order_id": "2", "customer_id": 17851, "phone": "+44 20 7946-0958", "ordered_at":"2024-01-01"}\n'
        'no JSON about ada@example.org, "ada@example.org"\n'
        '{"order_id": "17850", "customer_id": 3}\n'
    )
    folder = put(tmp_path, "orders/orders/a.jsonl", lines.encode())
    assert rewritten(connection, folder).read_text(encoding="utf-8") == (
        '{"order_id": "1", "customer_id": "erased-1", "gross_amount": 9.50, "ordered_at": "2024-01-01", "a": null}\n'
        '\n{"order_id": "2", "customer_id": 17851, "phone": "00001234567", "ordered_at": "2024-01-01"}\n'
        '"erased"\n'
        '{"order_id": "17850", "customer_id": 3}\n'
    )


def test_parquet_keeps_its_types_where_it_can(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = put(tmp_path, "orders/orders/a.parquet", b"")
    table = pa.table(
        {"order_id": [17850, 2], "customer_id": [17850, None], "gross_amount": [1.5, 2.5], "note": ["x", "y"]}
    )
    pq.write_table(table, folder / "orders/orders/a.parquet")
    found = pq.read_table(rewritten(connection, folder))
    assert found.schema.field("order_id").type == pa.int64()
    assert found.to_pylist() == [
        {"order_id": 17850, "customer_id": "erased-1", "gross_amount": 1.5, "note": None},
        {"order_id": 2, "customer_id": None, "gross_amount": 2.5, "note": "y"},
    ]
