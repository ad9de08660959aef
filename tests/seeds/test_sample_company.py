"""The sample company is what its generator makes, and lands as its truth says."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections import Counter

import duckdb
import pyarrow.parquet
import pytest

from orchestration.home import PROJECT_FOLDER
from orchestration.landing.loading import land_folder

SEEDS = PROJECT_FOLDER / "seeds"
COMPANY = SEEDS / "company"
TRUTH = json.loads((SEEDS / "truth.json").read_text(encoding="utf-8"))
ODDITIES = TRUTH["oddities"]
MADE = ["README.md", "truth.json", "truth_customers.csv", "truth_identities.csv"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The company, made anew."""
    out = tmp_path_factory.mktemp("seeds")
    subprocess.run([sys.executable, str(SEEDS / "generate.py"), "--out", str(out)], check=True)
    return out


@pytest.fixture(scope="module")
def landed():
    """The committed company, landed: connection and report."""
    with duckdb.connect() as connection:
        yield connection, land_folder(connection, COMPANY)


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def content(path):
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path)
    return path.read_bytes()


def test_the_generator_makes_the_committed_files_and_no_others(made):
    assert files_below(made / "company") == files_below(COMPANY)
    names = [*MADE, *(f"company/{name}" for name in files_below(COMPANY))]
    assert [name for name in names if content(made / name) != content(SEEDS / name)] == []


def test_each_table_gets_the_rows_that_the_truth_tells(landed):
    connection, report = landed
    aside = dict(connection.execute("select mapping_name, count(*) from landing.quarantine group by 1").fetchall())
    found = {
        table: {
            "rows": sum(o.rows_count for o in report.with_status("landed") if o.name.startswith(f"{path}/")),
            "expected_loaded": connection.execute(f"select count(*) from raw.{raw}").fetchone()[0],
            "expected_quarantined": aside.get(table, 0),
            "files_loaded": sum(o.name.startswith(f"{path}/") for o in report.with_status("landed")),
        }
        for table in TRUTH["rows"]
        for path, raw in [(table.replace(".", "/"), table.replace(".", "__"))]
    }
    keys = ("rows", "expected_loaded", "expected_quarantined", "files_loaded")
    assert found == {table: {key: told[key] for key in keys} for table, told in TRUTH["rows"].items()}
    assert report.rows_by_table.total() == report.landed_rows_count
    assert sum(aside.values()) == report.quarantined_rows_count


def test_exactly_the_dirty_rows_are_put_aside(landed):
    connection, _ = landed
    aside = connection.execute("select mapping_name, source_file, source_row from landing.quarantine").fetchall()
    dirty = [(row["table"], row["file"], row["row"]) for row in ODDITIES if row["kind"] == "dirty_row"]
    assert sorted(aside) == sorted(dirty)


def test_each_dirty_row_is_put_aside_for_the_column_that_was_spoilt(landed):
    connection, _ = landed
    query = "select source_file || ' ' || source_row, reasons from landing.quarantine"
    reasons = dict(connection.execute(query).fetchall())
    for row in (row for row in ODDITIES if row["kind"] == "dirty_row"):
        told = reasons[f"{row['file']} {row['row']}"]
        column = row["note"].partition(":")[0] if ":" in row["note"] else "has "
        assert len(told) == 1, (row, told)
        assert told[0].startswith(column), (row, told)


def test_the_refused_file_the_copy_and_the_added_column_are_reported(landed):
    _, report = landed
    file_of = {kind: row["file"] for row in ODDITIES for kind in [row["kind"]] if "row" not in row}
    (refused,) = report.with_status("refused")
    assert refused.name == file_of["refused_file"]
    assert refused.message.startswith(f"{refused.name}, line 1, column 'paid_at': the header lacks this column")
    (copy,) = report.with_status("skipped")
    assert copy.name == file_of["duplicate_file"]
    added = {outcome.name: outcome.added_columns for outcome in report.files if outcome.added_columns}
    assert added == {file_of["added_column"]: ("device",)}
    assert report.unrecognised == []
    assert any(outcome.name == file_of["byte_order_mark"] for outcome in report.with_status("landed"))


def test_the_added_column_is_kept_in_every_row(landed):
    connection, _ = landed
    query = "select json_extract_string(_extra, '$.device') from raw.marketing__sessions where _source_file = $1"
    devices = Counter(device for (device,) in connection.execute(query, ["marketing/sessions/2025.csv.gz"]).fetchall())
    assert None not in devices
    assert len(devices) > 1


def test_every_planted_row_lies_where_the_truth_says(landed):
    connection, _ = landed
    asked = [row for row in ODDITIES if row["kind"] != "dirty_row" and "row" in row and "record_id" in row]
    assert len(asked) > 400
    for row in asked:
        raw = row["table"].replace(".", "__")
        found = connection.execute(
            f"select columns(*)::varchar from raw.{raw} where _source_file = $1 and _source_row = $2",
            [row["file"], row["row"]],
        ).fetchone()
        assert found[0] == row["record_id"], row


def test_every_accepted_csv_row_can_be_had_back_from_raw(landed):
    connection, report = landed
    checked = 0
    for outcome in report.with_status("landed"):
        path = COMPANY / outcome.name
        if ".csv" not in path.suffixes:
            continue
        text = content(path).decode("utf-8-sig")
        sent = dict(enumerate(csv.DictReader(io.StringIO(text, newline="")), start=1))
        checked += sum(_is_kept(connection, outcome.name, sent))
    assert checked > 100_000


def _is_kept(connection, name, sent):
    """Yield True for each raw row of a file; every field must be in a column or in `_extra`."""
    source, table, _ = name.split("/")
    result = connection.execute(f"select * from raw.{source}__{table} where _source_file = $1", [name])
    names = [column[0] for column in result.description]
    for row in result.fetchall():
        raw = dict(zip(names, row, strict=True))
        raw |= json.loads(raw["_extra"] or "{}")
        original = {column: value or None for column, value in sent[raw["_source_row"]].items()}
        assert {column: raw[column] for column in original} == original
        yield True


def test_landing_the_company_twice_changes_nothing(landed):
    connection, _ = landed
    kept = "schema_name = 'raw' or table_name = 'quarantine'"
    counted = f"select table_name, estimated_size from duckdb_tables() where {kept}"
    before = connection.execute(counted).fetchall()
    again = land_folder(connection, COMPANY)
    assert connection.execute(counted).fetchall() == before
    assert Counter(o.status for o in again.files) == {"skipped": len(again.files) - 1, "refused": 1}


def test_the_readme_names_every_kind_of_oddity_and_their_number():
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    kinds = Counter(row["kind"].replace("_", " ") for row in ODDITIES)
    kinds.pop("dirty row")
    told = {what: int(count) for what, count in re.findall(r"^\| ([a-z0-9 ]+) \| (\d+) \|", readme, re.MULTILINE)}
    assert told == kinds
