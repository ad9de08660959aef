"""Every file that sources send broken: it gives its message or is read rightly, and hurts no other."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import resource
import zlib
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet
import pytest

from expectations.contract import load_contract
from orchestration.home import PROJECT_FOLDER
from orchestration.landing.loading import find_files

GOOD = "crm/leads/good.csv"
GOOD_ROWS = [("G1", "2024-01-01", "Ann"), ("G2", "2024-01-02", None), ("G3", "2024-01-03", "Zoë")]
BAD = "crm/leads/bad.csv"
HEADER = "lead_id,created_at,name\n"


@pytest.fixture(autouse=True)
def good_file_beside(landing):
    """Put a good file beside the broken one; whatever happens to that one, its rows are all there."""
    landing.put(GOOD, HEADER + "".join(",".join(field or "" for field in row) + "\n" for row in GOOD_ROWS))
    yield
    assert landing.rows("crm.leads", "lead_id, created_at, name", f"_source_file = '{GOOD}'") == GOOD_ROWS
    ledger = "from landing.files where status = 'landed' and mapping_name = 'crm.leads'"
    counted = landing.connection.execute(f"select sum(landed_count), list(source_file) {ledger}").fetchone()
    assert counted[0] == len(landing.rows("crm.leads"))
    assert GOOD in counted[1]


def refusal(landing, content, name=BAD):
    """Land a file that is refused and return its message."""
    landing.put(name, content)
    landing.land()
    outcome = landing.outcome(name)
    assert outcome.status == "refused", outcome
    assert not [row for row in landing.rows("crm.leads", "_source_file") if row[0] == name]
    return outcome.message


def landed(landing, content, name=BAD, columns="lead_id, created_at, name"):
    """Land a file that is not refused and return its rows."""
    landing.put(name, content)
    landing.land()
    assert landing.outcome(name).status == "landed", landing.outcome(name)
    return landing.rows("crm.leads", columns, f"_source_file = '{name}'")


def parquet(**columns):
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


# The ten


def test_a_wrong_header_names_the_missing_column(landing):
    message = refusal(landing, "id,created_at,name\nL1,2024-01-01,Ann\n")
    assert message.startswith(f"{BAD}, line 1, column 'lead_id': the header lacks this column")
    assert "crm.leads requires; it has id, created_at, name. Add or rename the column" in message


def test_a_cut_gzip_names_the_line_that_it_breaks_off_in(landing):
    chance = random.Random(1)
    lines = [f"L{n},2024-01-01,{chance.getrandbits(256):x}\n" for n in range(30_000)]
    packed = gzip.compress((HEADER + "".join(lines)).encode(), mtime=0)
    whole = packed[: len(packed) * 2 // 3]
    readable_lines = zlib.decompressobj(wbits=31).decompress(whole).count(b"\n")
    message = refusal(landing, whole, f"{BAD}.gz")
    found = re.match(rf"{re.escape(BAD)}\.gz, line (\d+): the gzip stream is cut off", message)
    assert found, message
    assert readable_lines - 1_000 < int(found[1]) <= readable_lines + 1
    assert message.endswith("Send the whole file again.")


def test_latin_1_bytes_name_line_and_column_and_the_setting(landing):
    content = (HEADER + "L1,2024-01-01,Ann\nL2,2024-01-02,Zoë\n").encode("latin-1")
    message = refusal(landing, content)
    assert message.startswith(f"{BAD}, line 3, column 'name': byte 0xEB is not UTF-8.")
    assert "`encoding: latin-1`" in message


def test_a_quote_left_open_names_line_and_column(landing):
    message = refusal(landing, HEADER + 'L1,2024-01-01,Ann\nL2,2024-01-02,"Bob\nL3,2024-01-03,Cy\n')
    assert message.startswith(f"{BAD}, line 3, column 'name': a quote is opened and never closed")
    assert "Close it, or double quotes within fields" in message


def test_mixed_line_ends_are_read(landing):
    rows = landed(landing, "lead_id,created_at,name\r\nL1,2024-01-01,Ann\nL2,2024-01-02,Bob\r\n")
    assert rows == [("L1", "2024-01-01", "Ann"), ("L2", "2024-01-02", "Bob")]


def test_a_byte_order_mark_is_no_part_of_the_first_name(landing):
    rows = landed(landing, b"\xef\xbb\xbf" + (HEADER + "L1,2024-01-01,Ann\n").encode())
    assert rows == [("L1", "2024-01-01", "Ann")]
    assert landing.outcome(BAD).added_columns == ()


def test_nul_bytes_name_the_line(landing):
    message = refusal(landing, HEADER + "L1,2024-01-01,Ann\nL2,2024-01-02,\0\0\0\n")
    assert message.startswith(f"{BAD}, line 3: a NUL byte")
    assert "Export it again" in message


def test_an_impossible_date_is_put_aside_with_its_reason(landing):
    assert landed(landing, HEADER + "L1,2024-02-29,Ann\nL2,2023-02-29,Bob\n") == [("L1", "2024-02-29", "Ann")]
    ((row, text, reasons),) = landing.quarantine()
    assert (row, json.loads(text)) == (2, {"lead_id": "L2", "created_at": "2023-02-29", "name": "Bob"})
    assert reasons == [
        "created_at: '2023-02-29' cannot be read as timestamp; "
        "send a real instant from 1900 on as YYYY-MM-DD HH:MM:SS, or map it with a date format"
    ]


def test_a_thousands_separator_is_put_aside_with_its_reason(landing):
    name = "orders/payments/bad.csv"
    content = 'payment_id,paid_at,amount\nP1,2024-01-01,1299.50\nP2,2024-01-01,"1,299.50"\n'
    landing.put(name, content)
    landing.land()
    assert landing.rows("orders.payments", "payment_id, amount") == [("P1", "1299.50")]
    ((file, row, reasons),) = landing.quarantine("source_file, source_row, reasons")
    assert (file, row) == (name, 2)
    assert reasons[0].startswith("amount: '1,299.50' cannot be read as money; send an amount with a point")


@pytest.mark.parametrize("content", ["", "\n", "\n\n \r\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_says_so(landing, content):
    name = BAD + ".gz" if isinstance(content, bytes) else BAD
    message = refusal(landing, content, name)
    assert message == f"{name}: the file is empty, without even a header. Send it again, or remove it."


# More of their kind


def test_a_file_of_no_bytes_named_gz_says_so(landing):
    assert "the file is empty" in refusal(landing, b"", f"{BAD}.gz")


@pytest.mark.parametrize("end", ["L2,2024-", "L2"])
def test_a_file_cut_within_its_last_row_is_refused(landing, end):
    message = refusal(landing, HEADER + 'L1,2024-01-01,"a\nb"\n' + end)
    assert message.startswith(f"{BAD}, line 4: the file breaks off within its last row. Send the whole file")


def test_a_last_row_without_line_end_is_read(landing):
    assert landed(landing, HEADER + "L1,2024-01-01,Ann") == [("L1", "2024-01-01", "Ann")]


def test_ragged_rows_are_put_aside_and_every_row_keeps_its_number(landing):
    content = HEADER + "L1,2024-01-01,Ann\nL2,x\nL3\nL4,2024-01-04,Di\nL5,2024-01-05,E,more\nL6,2024-01-06,F\n"
    assert landed(landing, content, columns="lead_id, _source_row") == [("L1", 1), ("L4", 4), ("L6", 6)]
    assert landing.quarantine() == [
        (2, "L2,x", ["has 2 fields where the header has 3"]),
        (3, "L3", ["has 1 fields where the header has 3"]),
        (5, "L5,2024-01-05,E,more", ["has 4 fields where the header has 3"]),
    ]


def test_many_ragged_rows_over_many_blocks_keep_their_numbers(landing, monkeypatch):
    monkeypatch.setattr("orchestration.landing.reading.BLOCK_BYTES", 1 << 12)
    lines = [f"L{n},2024-01-01" if n % 7 == 0 else f'L{n},2024-01-01,"a\nb"' for n in range(1, 5_001)]
    rows = landed(landing, HEADER + "\n".join(lines) + "\n", columns="lead_id, _source_row")
    assert rows == [(f"L{n}", n) for n in range(1, 5_001) if n % 7]
    assert [row for row, *_ in landing.quarantine()] == list(range(7, 5_001, 7))


def test_a_doubled_column_is_refused(landing):
    message = refusal(landing, "lead_id,created_at,name,Name\nL1,2024-01-01,a,b\n")
    assert message.startswith(f"{BAD}, line 1, column 'name': the column appears twice")
    assert "Name each column once" in message


def test_a_blank_column_name_is_refused(landing):
    message = refusal(landing, "lead_id,created_at, ,name\nL1,2024-01-01,a,b\n")
    assert message == f"{BAD}, line 1: column 3 has no name. Give every column a name."


@pytest.mark.parametrize("name", ["_file", "_Source_Row"])
def test_a_name_that_landing_keeps_for_itself_is_refused(landing, name):
    message = refusal(landing, f"lead_id,created_at,{name}\nL1,2024-01-01,1\n")
    assert message == f"{BAD}, line 1, column '{name}': landing keeps this name for itself. Rename it."


def test_a_blank_first_line_is_refused(landing):
    message = refusal(landing, "\n" + HEADER + "L1,2024-01-01,a\n")
    assert message == f"{BAD}, line 1: the first line is blank. Put the names of the columns there."


@pytest.mark.parametrize("first", ['lead_id,created_at,"na\nme"\n', "x" * (1 << 20) + "\n"])
def test_a_first_line_that_is_no_header_is_refused(landing, first):
    assert "line 1: the first line is no list of column names" in refusal(landing, first + "L1,2024-01-01,a\n")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (BAD, gzip.compress(b"lead_id\n", mtime=0), "the name says csv, but the content is gzip"),
        (BAD, b"PK\x03\x04workbook", "the name says csv, but the content is a ZIP or Excel file"),
        (BAD, b"PAR1....PAR1", "the name says csv, but the content is a Parquet file"),
        (f"{BAD}.gz", b"lead_id,created_at\n", "the name says gzip, but the content is text"),
        ("crm/leads/bad.parquet", b"lead_id,created_at\n", "the name says parquet, but the content is text"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(landing, name, content, says):
    assert refusal(landing, content, name) == f"{name}: {says}. Rename it or export it again."


def test_a_web_page_named_csv_is_refused(landing):
    message = refusal(landing, "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n")
    assert message.startswith(f"{BAD}, line 1, column 'lead_id': the header lacks this column")


def test_utf_16_is_refused_with_the_setting_that_reads_it(landing):
    message = refusal(landing, (HEADER + "L1,2024-01-01,Ann\n").encode("utf-16"))
    assert message.startswith(f"{BAD}, line 1: byte 0xFF is not UTF-8. Export it as UTF-8, or name its encoding")
    message = refusal(landing, HEADER.encode("utf-16-le"), "crm/leads/bad16.csv")
    assert "a NUL byte" in message
    assert "`encoding: utf-16`" in message


def test_a_file_cut_within_a_character_is_refused(landing):
    message = refusal(landing, (HEADER + "L1,2024-01-01,Zoë").encode()[:-1])
    assert message.startswith(f"{BAD}, line 2: byte 0xC3 is not UTF-8")


def test_text_after_a_closing_quote_is_refused_for_it_may_join_two_open_ones(landing):
    content = HEADER + 'L1,2024-01-01,"Ann\nL2,2024-01-02,Bob\nL3,2024-01-03,"Cy\n'
    message = refusal(landing, content)
    assert message.startswith(f"{BAD}, line 2: a quote is opened and closed in the middle of a field in line 4")
    assert "line 2: a quote is opened" in refusal(landing, HEADER + 'L1,2024-01-01,"x"y\n', "crm/leads/b.csv")


def test_a_quote_within_an_unquoted_field_is_text(landing):
    rows = landed(landing, HEADER + 'L1,2024-01-01,5" nail\nL2,2024-01-02,"5"" nail"\n')
    assert [row[2] for row in rows] == ['5" nail', '5" nail']


def test_bad_bytes_far_into_the_file_name_their_line(landing):
    lines = [f"L{n},2024-01-01,name of {n}\n" for n in range(60_000)]
    content = (HEADER + "".join(lines)).encode()
    message = refusal(landing, content.replace(b"name of 50000\n", b"name of \xff\n"))
    assert message.startswith(f"{BAD}, line 50002, column 'name': byte 0xFF is not UTF-8")


def test_a_file_with_carriage_returns_alone_and_bad_bytes_names_line_and_column(landing):
    content = (HEADER + "L1,2024-01-01,Ann\nL2,2024-01-02,Zoë\n").replace("\n", "\r").encode("latin-1")
    assert refusal(landing, content).startswith(f"{BAD}, line 3, column 'name': byte 0xEB is not UTF-8")


def test_nul_bytes_are_told_before_the_bad_bytes_that_follow_them(landing):
    message = refusal(landing, (HEADER + "L1,2024-01-01,Zoë\n").encode("utf-16-le"))
    assert message.startswith(f"{BAD}, line 1: a NUL byte")


def test_a_missing_column_is_told_of_the_line_of_its_own_file(landing):
    """A Parquet file of the same header comes first; it has no lines."""
    landing.put("crm/leads/a.parquet", parquet(name=pa.array(["Ann"])))
    message = refusal(landing, "name\nAnn\n")
    assert message.startswith(f"{BAD}, line 1, column 'lead_id': the header lacks this column")


def test_a_fault_of_the_header_is_told_before_one_of_the_quotes_that_it_explains(landing):
    message = refusal(landing, '\nlead_id;created_at;name\nL1;2024-01-01;"Ann, of York"; \n')
    assert message == f"{BAD}, line 1: the first line is blank. Put the names of the columns there."


def test_a_message_is_one_short_line_whatever_the_file_is_called_and_has(landing):
    name = "crm/leads/a\nb\x1b[31m.csv"
    header = ",".join(f"column {number} {'x' * 500}" for number in range(1_000))
    message = refusal(landing, f"{header}\n", name)
    assert message.startswith("crm/leads/a\\nb\\x1b[31m.csv, line 1, column 'lead_id'")
    assert message.isprintable()
    assert "and 970 more. Add or rename" in message
    assert len(message) < 4_000


# Read rightly


def test_a_file_name_that_is_no_text_is_escaped(landing):
    landing.put("crm/leads/\udcff.csv", HEADER + "L2,2024-01-01,Bob\n")
    landing.put("crm/leads/\udcfe.parquet", parquet(lead_id=pa.array(["L3"]), created_at=pa.array(["2024-01-01"])))
    landing.land()
    files = landing.rows("crm.leads", "lead_id, _source_file", "lead_id in ('L2', 'L3')")
    assert sorted(files) == [("L2", r"crm/leads/\xff.csv"), ("L3", r"crm/leads/\xfe.parquet")]


@pytest.mark.parametrize(
    "text", ["0000-12-31", "0001-01-01", "1899-12-31 23:59", "1900-01-01 00:00:00+01:00", "9999-12-31 23:59:59-14:00"]
)
def test_an_instant_out_of_the_years_1900_to_9999_is_put_aside(landing, text):
    assert landed(landing, f"{HEADER}L1,{text},\nL2,1900-01-01,\n") == [("L2", "1900-01-01", None)]
    assert f"'{text}' cannot be read as timestamp" in landing.quarantine()[0][2][0]


def test_a_day_before_1900_is_put_aside(landing):
    landing.put(
        "crm/contracts/a.csv", "contract_id,started_date,ended_date\nC1,1899-12-31,9999-12-31\nC2,1900-01-01,\n"
    )
    landing.land()
    assert landing.rows("crm.contracts", "contract_id, started_date") == [("C2", "1900-01-01")]
    assert "started_date: '1899-12-31' cannot be read as date" in landing.quarantine()[0][2][0]


def test_a_character_across_the_chunks_of_the_scan_is_read(landing, monkeypatch):
    monkeypatch.setattr("orchestration.landing.inspection.CHUNK_BYTES", 7)
    names = ["ë", "漢字", "😀", "aé", "", "zzë"]
    content = HEADER + "".join(f"L{n},2024-01-01,{name}\n" for n, name in enumerate(names))
    assert [row[2] or "" for row in landed(landing, content)] == names


def test_a_character_across_the_real_chunk_boundary_is_read(landing):
    start = HEADER + "L1,2024-01-01,"
    filler = "x" * ((1 << 20) - len(start) - 1)
    rows = landed(landing, f"{start}{filler}漢\nL2,2024-01-01,é\n")
    assert [row[2] for row in rows] == [f"{filler}漢", "é"]


def test_a_very_long_field_is_read(landing):
    long = "é" * 1_500_000
    assert landed(landing, f"{HEADER}L1,2024-01-01,{long}\nL2,2024-01-01,b\n")[0] == (
        "L1",
        "2024-01-01",
        long,
    )


def test_a_row_longer_than_a_block_is_refused(landing, monkeypatch):
    monkeypatch.setattr("orchestration.landing.reading.BLOCK_BYTES", 1 << 12)
    message = refusal(landing, HEADER + "L1,2024-01-01,a\n" * 3 + f"L2,2024-01-01,{'x' * 20_000}\n")
    assert message.startswith(f"{BAD}: cannot be read after row")


def test_a_long_offending_value_is_shortened_in_the_reason_but_kept_in_the_text(landing):
    landed(landing, f"{HEADER}L1,{'9' * 5_000},Ann\n")
    ((_, text, (reason,)),) = landing.quarantine()
    assert len(json.loads(text)["created_at"]) == 5_000
    assert reason.startswith(f"created_at: '{'9' * 80}…' cannot be read")


def test_carriage_returns_alone_end_lines(landing):
    rows = landed(landing, "lead_id,created_at,name\rL1,2024-01-01,Ann\rL2,2024-01-02,Bob\r")
    assert rows == [("L1", "2024-01-01", "Ann"), ("L2", "2024-01-02", "Bob")]


def test_blank_lines_are_no_rows(landing):
    rows = landed(landing, HEADER + "L1,2024-01-01,Ann\n\nL2,2024-01-02,Bob\n\n\n", columns="lead_id, _source_row")
    assert rows == [("L1", 1), ("L2", 2)]
    assert landing.outcome(BAD).rows_count == 2


def test_line_breaks_within_quotes_stay_and_do_not_count_as_rows(landing):
    content = HEADER + 'L1,2024-01-01,"Ann\nof\r\nYork"\nL2,2024-01-02,"say ""hi"", Bob"\n'
    rows = landed(landing, content, columns="lead_id, name, _source_row")
    assert rows == [("L1", "Ann\nof\r\nYork", 1), ("L2", 'say "hi", Bob', 2)]


def test_any_character_is_kept(landing):
    names = [
        "😀👩‍👩‍👧",
        "漢字",
        "a\tb",
        "  padded ",
        "'; drop table raw.crm__leads; --",
        "\u2028",
        "NULL",
        "null",
        "\\N",
    ]
    rows = landed(landing, HEADER + "".join(f"L{n},2024-01-01,{name}\n" for n, name in enumerate(names)))
    assert [row[2] for row in rows] == names


def test_empty_fields_are_null_with_quotes_or_without(landing):
    assert landed(landing, HEADER + 'L1,2024-01-01,\nL2,2024-01-01,""\n') == [
        ("L1", "2024-01-01", None),
        ("L2", "2024-01-01", None),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_seen_in_the_header(landing, delimiter):
    content = 'name,lead_id,created_at,"a,b,c,d"\n"Ann, of York",L1,2024-01-01,x\n'
    fields = content.replace('"Ann, of York"', "A§").replace('"a,b,c,d"', "Q§").replace(",", delimiter)
    content = fields.replace("A§", "Ann, of York").replace("Q§", '"a,b,c,d,e,f"')
    rows = landed(landing, content, columns="lead_id, created_at, name, _extra")
    assert rows == [("L1", "2024-01-01", "Ann, of York", '{"a,b,c,d,e,f":"x"}')]


def test_a_header_is_read_by_name_whatever_its_order_and_spaces(landing):
    assert landed(landing, " name , created_at,lead_id \nAnn,2024-01-01,L1\n") == [("L1", "2024-01-01", "Ann")]


def test_hostile_header_names_are_only_names(landing):
    hostile = 'a"" varchar); drop table raw.crm__leads; --'
    content = f'lead_id,created_at,"{hostile}","it\'s; 😀"\nL1,2024-01-01,x,y\n'
    ((extra,),) = landed(landing, content, columns="_extra")
    assert json.loads(extra) == {'a" varchar); drop table raw.crm__leads; --': "x", "it's; 😀": "y"}
    assert landing.outcome(BAD).added_columns == ('a" varchar); drop table raw.crm__leads; --', "it's; 😀")


def test_a_header_alone_is_a_file_of_no_rows(landing):
    assert landed(landing, HEADER) == []
    assert landed(landing, HEADER.strip().encode() + b",more", "crm/leads/unended.csv") == []


def test_an_added_column_is_kept_and_reported(landing):
    content = "lead_id,created_at,name,Shoe size\nL1,2024-01-01,Ann,38\nL2,2024-01-01,Bob,\n"
    rows = landed(landing, content, columns="lead_id, _extra")
    assert [json.loads(extra) for _, extra in rows] == [{"Shoe size": "38"}, {"Shoe size": None}]
    assert landing.outcome(BAD).added_columns == ("Shoe size",)
    assert landing.rows("crm.leads", "_extra", f"_source_file = '{GOOD}'") == [(None,)] * 3


def test_a_missing_optional_column_is_null(landing):
    assert landed(landing, "created_at,lead_id\n2024-01-01,L1\n") == [("L1", "2024-01-01", None)]


def test_what_is_not_ours_is_listed_and_what_is_hidden_is_not(landing):
    for name in ("notes.txt", "crm/unknown/x.csv", "crm/leads/x.xlsx", "crm/leads/x.parquet.gz", "x.csv"):
        landing.put(name, "lead_id,created_at\nL9,2024-01-01\n")
    for name in (".DS_Store", "crm/leads/.~lock.x.csv", ".cache/leads/x.csv", "crm/.leads/x.csv"):
        landing.put(name, "lead_id,created_at\nL9,2024-01-01\n")
    report = landing.land()
    assert sorted(report.unrecognised) == sorted(
        ["notes.txt", "crm/unknown/x.csv", "crm/leads/x.xlsx", "crm/leads/x.parquet.gz", "x.csv"]
    )
    assert [outcome.name for outcome in report.files] == [GOOD]


def test_a_file_may_lie_beside_the_tables_folders(landing):
    assert landed(landing, HEADER + "L1,2024-01-01,Ann\n", "crm/leads.csv") == [("L1", "2024-01-01", "Ann")]


def test_a_landing_folder_without_files_is_no_fault(landing, tmp_path):
    good = landing.folder
    landing.folder = tmp_path / "nothing"
    landing.folder.mkdir()
    assert landing.land().files == []
    landing.folder = good
    landing.land()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-01-01T10:00:00+02:00", datetime(2024, 1, 1, 8)),
        ("2024-01-01 10:00:00.5-0530", datetime(2024, 1, 1, 15, 30, 0, 500_000)),
        ("2024-01-01T10:00:00Z", datetime(2024, 1, 1, 10)),
        ("2024-01-01", datetime(2024, 1, 1)),
    ],
)
def test_instants_with_an_offset_mean_utc(landing, text, instant):
    read = "try_cast(created_at as timestamptz) at time zone 'UTC'"
    landing.connection.execute("set timezone = 'America/New_York'")
    assert landed(landing, f"{HEADER}L1,{text},\n", columns=f"created_at, {read}") == [(text, instant)]


def test_an_event_is_judged_by_its_instant_and_not_by_its_wall_clock(landing):
    now = datetime.now(UTC).replace(tzinfo=None)
    behind = f"{now:%Y-%m-%dT%H:%M:%S}-14:00"  # the same wall clock, fourteen hours from now
    assert landed(landing, f"{HEADER}L1,{behind},\n") == []
    assert "lies in the future" in landing.quarantine()[0][2][0]


@pytest.mark.parametrize(
    "text",
    [
        *("infinity", "epoch", "nan", "now", "today", "1_000", "20240101", "01/02/2024", "1704067200"),
        *("2024-01-01T25:00:00", "2024-01-01T10:00:00+25:00", "2024-01-01 10:00:00 UTC", "2024-1-1", " 2024-01-01"),
    ],
)
def test_what_only_an_engine_takes_for_an_instant_is_put_aside(landing, text):
    assert landed(landing, f"{HEADER}L1,{text},\n") == []
    assert f"'{text}' cannot be read as timestamp" in landing.quarantine()[0][2][0]


# JSON Lines

JSONL = "crm/leads/bad.jsonl"


def test_json_lines_keep_numbers_and_nested_values_as_the_source_wrote_them(landing):
    content = (
        '{"lead_id": 1.10, "created_at": "2024-01-01", "name": true, "big": 12345678901234567890, "x": 1E5}\n'
        '{"lead_id": "L2", "created_at": "2024-01-02", "more": {"a": [1.10, "é", null, {"b": false}]}, "name": ""}\n'
    )
    rows = landed(landing, content, JSONL, "lead_id, name, _extra")
    assert [row[:2] for row in rows] == [("1.10", "true"), ("L2", None)]
    assert json.loads(rows[0][2]) == {"big": "12345678901234567890", "x": "1E5", "more": None}
    assert json.loads(rows[1][2])["more"] == '{"a": [1.10, "é", null, {"b": false}]}'
    assert landing.outcome(JSONL).added_columns == ("big", "x", "more")


@pytest.mark.parametrize(
    "line",
    [
        '{"lead_id": "L2", "created_at": ',
        "[1, 2]",
        '"text"',
        '{"lead_id": "L2", "lead_id": "L3", "created_at": "2024-01-01"}',
        '{"lead_id": "\\ud83d", "created_at": "2024-01-01"}',
        '{"lead_id": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_a_bad_json_line_is_put_aside_and_every_row_keeps_its_number(landing, line):
    good = '{"lead_id": "L%d", "created_at": "2024-01-01"}\n'
    content = good % 1 + "\n" + line + "\n" + good % 3
    assert landed(landing, content, JSONL, "lead_id, _source_row") == [("L1", 1), ("L3", 3)]
    ((row, text, reasons),) = landing.quarantine()
    assert (row, text) == (2, line)
    assert reasons[0].startswith("is not a JSON object (")


def test_json_lines_may_have_a_byte_order_mark_and_spaces_in_names(landing):
    content = b"\xef\xbb\xbf" + b'{" lead_id ": "L1", "created_at": "2024-01-01"}\n'
    assert landed(landing, content, JSONL) == [("L1", "2024-01-01", None)]


def test_a_column_that_only_a_late_json_line_has_is_read(landing, monkeypatch):
    monkeypatch.setattr("orchestration.landing.reading.BATCH_ROWS", 2)
    lines = [json.dumps({"lead_id": f"L{n}", "created_at": "2024-01-01"}) for n in range(5)]
    lines.append(json.dumps({"name": "Zoë", "lead_id": "L5", "created_at": "2024-01-01"}))
    rows = landed(landing, "\n".join(lines), JSONL, "lead_id, name, _source_row")
    assert rows == [(f"L{n}", "Zoë" if n == 5 else None, n + 1) for n in range(6)]


def test_json_lines_cut_within_the_last_are_refused(landing):
    good = '{"lead_id": "L1", "created_at": "2024-01-01"}\n'
    message = refusal(landing, good + good[:20], JSONL)
    assert message.startswith(f"{JSONL}, line 2: the file breaks off within its last row.")


@pytest.mark.parametrize("content", ["lead_id,created_at\nL1,2024-01-01\n", '[{"lead_id": "L1"}]\n', "{}\n"])
def test_other_text_named_jsonl_is_refused(landing, content):
    message = refusal(landing, content, JSONL)
    assert message == f"{JSONL}, line 1: no line is a JSON object. Send one JSON object a line."


def test_a_name_that_appears_twice_in_a_json_line_loses_no_value(landing):
    good = '{"lead_id": "L1", "created_at": "2024-01-01"}\n'
    twice = ['{"lead_id": "L2", " lead_id": "L3", "created_at": "2024-01-01"}', r'{"\ud800": 1, "\ud800": 2}']
    assert landed(landing, good + "\n".join(twice) + "\n", JSONL) == [("L1", "2024-01-01", None)]
    assert landing.quarantine() == [
        (2, twice[0], ["is not a JSON object ('lead_id' appears twice)"]),
        (3, twice[1], [r"is not a JSON object ('\ud800' appears twice)"]),
    ]


def test_a_name_with_a_nul_character_is_refused(landing):
    content = r'{"lead_id": "L1", "created_at": "2024-01-01", "a\u0000b": 1}'
    message = refusal(landing, content + "\n", JSONL)
    assert message == rf"{JSONL}, column 'a\x00b': the column's name has a NUL character. Rename it."
    content = parquet(**{"lead_id": pa.array(["L1"]), "a\0b": pa.array(["x"])})
    assert "has a NUL character" in refusal(landing, content, PARQUET)


def test_bad_bytes_in_json_lines_name_the_line_and_no_column(landing):
    content = '{"lead_id": "L1", "created_at": "2024-01-01", "name": "Zoë"}\n'.encode("latin-1")
    assert refusal(landing, content, JSONL).startswith(f"{JSONL}, line 1: byte 0xEB is not UTF-8")


# Parquet

PARQUET = "crm/leads/bad.parquet"


def test_typed_parquet_columns_become_the_text_a_csv_would_hold(landing):
    content = parquet(
        lead_id=pa.array([1, 2]),
        created_at=pa.array([datetime(2024, 1, 1, 10), datetime(2024, 1, 2)], pa.timestamp("ns")),
        updated_at=pa.array([datetime(2024, 1, 1, 10, tzinfo=UTC), None], pa.timestamp("us", "Europe/Paris")),
        name=pa.array([True, None]),
        price=pa.array([Decimal("1.10"), Decimal("0.00")], pa.decimal128(20, 2)),
        day=pa.array([datetime(2024, 1, 1).date(), None]),
        ratio=pa.array([12345.0, 0.1]),
        nested=pa.array([{"a": [1, None]}, None]),
    )
    rows = landed(landing, content, PARQUET, "lead_id, created_at, updated_at, name, _extra")
    assert [row[:4] for row in rows] == [
        ("1", "2024-01-01 10:00:00.000000", "2024-01-01 11:00:00.000000+0100", "true"),
        ("2", "2024-01-02 00:00:00.000000", None, None),
    ]
    extra = {"price": "1.10", "day": "2024-01-01", "ratio": "12345", "nested": '{"a": [1, null]}'}
    assert json.loads(rows[0][4]) == extra
    assert json.loads(rows[1][4]) == {"price": "0.00", "day": None, "ratio": "0.1", "nested": None}


def test_an_empty_text_in_parquet_is_null_as_in_csv(landing):
    content = parquet(lead_id=pa.array(["", "L2"]), created_at=pa.array(["2024-01-01", "2024-01-02"]))
    assert landed(landing, content, PARQUET) == [("L2", "2024-01-02", None)]
    assert landing.quarantine("reasons") == [(["lead_id: is empty; every row must have it"],)]


def test_bytes_in_parquet_that_are_no_text_are_kept_readably(landing):
    content = parquet(lead_id=pa.array(["L1"]), created_at=pa.array(["2024-01-01"]), name=pa.array([b"\xff"]))
    assert "xff" in landed(landing, content, PARQUET)[0][2]


def test_text_in_parquet_that_is_no_text_is_kept_readably(landing):
    """A Parquet file may call anything text; only its own cells suffer."""
    odd = pa.Array.from_buffers(pa.string(), 2, [*pa.array(["ab", "cd"]).buffers()[:2], pa.py_buffer(b"ab\xff\xfe")])
    columns = {"lead_id": pa.array(["L1", "L2"]), "created_at": pa.array(["2024-01-01"] * 2)}
    for name in (odd, odd.dictionary_encode(), odd.cast(pa.large_string()), pa.array([b"ab", b"\xff\xfe"])):
        landed(landing, parquet(**columns, name=name), f"crm/leads/{name.type}.parquet")
    found = landing.rows("crm.leads", "name", "_source_file like '%.parquet'")
    assert found == [("ab",), (r"b'\xff\xfe'",)] * 4


def test_parquet_instants_with_nanoseconds_lose_nothing_and_hurt_no_row_beside_them(landing):
    instants = pa.array([1_704_067_200_000_000_000, 1_704_067_200_000_000_001], pa.timestamp("ns"))
    content = parquet(lead_id=pa.array(["L1", "L2"]), created_at=instants)
    assert landed(landing, content, PARQUET) == [("L1", "2024-01-01 00:00:00.000000", None)]
    assert json.loads(landing.quarantine()[0][1])["created_at"] == "2024-01-01 00:00:00.000000001"


def test_parquet_types_that_few_use_become_text(landing):
    content = parquet(
        lead_id=pa.array([b"\xc6\x7f" * 8], pa.uuid()),
        created_at=pa.array([Decimal("20240101.00")], pa.decimal256(60, 2)),
        updated_at=pa.array([2**61], pa.timestamp("us")),
        name=pa.array(["Ann"]).dictionary_encode(),
        at=pa.array([1], pa.time64("ns")),
        day=pa.array([2**30], pa.date32()),
        span=pa.array([90], pa.duration("s")),
        none=pa.nulls(1),
        half=pa.array([1.5], pa.float16()),
        huge=pa.array([1e300]),
        nan=pa.array([float("nan")]),
        zero=pa.array([-0.0]),
        unsigned=pa.array([2**64 - 1], pa.uint64()),
        pairs=pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
        deep=pa.array([{"a": [{"b": Decimal("1.10")}]}]),
    )
    assert landed(landing, content, PARQUET) == []
    ((_, text, reasons),) = landing.quarantine()
    assert [reason.partition(":")[0] for reason in reasons] == ["created_at", "updated_at"]
    assert json.loads(text) == {
        "lead_id": "c67fc67f-c67f-c67f-c67f-c67fc67fc67f",
        "created_at": "20240101.00",
        "updated_at": f"<value out of range: {2**61}>",
        "name": "Ann",
        "at": "00:00:00.000000001",
        "day": f"<value out of range: {2**30}>",
        "span": "90",
        "none": None,
        "half": "1.5",
        "huge": "1e+300",
        "nan": "nan",
        "zero": "-0",
        "unsigned": str(2**64 - 1),
        "pairs": '[["k", 1]]',
        "deep": '{"a": [{"b": "1.10"}]}',
    }


def test_the_old_instants_of_96_bits_are_read(landing):
    sink = pa.BufferOutputStream()
    table = pa.table({"lead_id": ["L1"], "created_at": pa.array([datetime(2024, 1, 1, 10)], pa.timestamp("ns"))})
    pyarrow.parquet.write_table(table, sink, use_deprecated_int96_timestamps=True)
    rows = landed(landing, sink.getvalue().to_pybytes(), PARQUET)
    assert rows == [("L1", "2024-01-01 10:00:00.000000", None)]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (pa.array([0], pa.timestamp("us", "Mars/Base")), "a value of the type timestamp[us, tz=Mars/Base]"),
        (pa.array([[2**30]], pa.list_(pa.date32())), "a value of the type list<element: date32[day]>"),
    ],
)
def test_a_parquet_value_that_has_no_text_refuses_the_file(landing, values, says):
    content = parquet(lead_id=pa.array(["L1"]), created_at=pa.array(["2024-01-01"]), name=values)
    message = refusal(landing, content, PARQUET)
    assert message.startswith(f"{PARQUET}, column 'name': {says} cannot be written as text (")
    assert message.endswith(". Send the column as text.")


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_cut_parquet_file_is_refused(landing, kept):
    content = parquet(lead_id=pa.array([str(n) for n in range(5_000)]), created_at=pa.array(["2024-01-01"] * 5_000))
    message = refusal(landing, content[: int(len(content) * kept)], PARQUET)
    assert message.startswith(f"{PARQUET}: the Parquet file is cut off or damaged (")
    assert message.endswith("Send it again.")


def test_a_parquet_file_damaged_in_the_middle_is_refused_whole(landing, monkeypatch):
    monkeypatch.setattr("orchestration.landing.reading.BATCH_ROWS", 1_000)
    table = pa.table({"lead_id": [f"L{n:05d}" for n in range(9_000)], "created_at": ["2024-01-01"] * 9_000})
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink, row_group_size=3_000, use_dictionary=False)
    content = bytearray(sink.getvalue().to_pybytes())
    middle = len(content) // 2
    content[middle : middle + 3_000] = b"\xff" * 3_000
    assert f"{PARQUET}: cannot be read after row" in refusal(landing, bytes(content), PARQUET)


# What the page says

LEADS = "lead_id,created_at\n"
DOCUMENTED = {
    "crm/leads/header.csv": "id,created_at,name\nL1,2024-01-01,Ann\n",
    "crm/leads/latin.csv": (HEADER + "L1,2024-01-01,Ann\nL2,2024-01-02,Zoë\n").encode("latin-1"),
    "crm/leads/quote.csv": HEADER + 'L1,2024-01-01,Ann\nL2,2024-01-02,"Bob\n',
    "crm/leads/nul.csv": HEADER + "L1,2024-01-01,Ann\nL2,2024-01-02,\0\n",
    "crm/leads/empty.csv": "",
    "crm/leads/half.csv": HEADER + "L1,2024-01-01,Ann\nL2,20",
    "crm/leads/twice.csv": "lead_id,created_at,name,name\nL1,2024-01-01,a,b\n",
    "crm/leads/blank.csv": "\n" + HEADER,
    "crm/leads/nameless.csv": "lead_id,,created_at\nL1,a,2024-01-01\n",
    "crm/leads/name.jsonl": r'{"lead_id": "L1", "created_at": "2024-01-01", "a\u0000b": 1}' + "\n",
    "crm/leads/list.jsonl": '[{"lead_id": "L1"}]\n',
    "crm/leads/really.csv": b"PK\x03\x04workbook",
    "crm/leads/cut.parquet": parquet(lead_id=pa.array(["L1"]), created_at=pa.array(["2024-01-01"]))[:-3],
    "crm/leads/zone.parquet": parquet(
        lead_id=pa.array(["L1"]),
        created_at=pa.array(["2024-01-01"]),
        name=pa.array([0], pa.timestamp("us", "Mars/Base")),
    ),
}
PUT_ASIDE = {
    "crm/leads/dates.csv": f"{LEADS}L1,0001-01-01\nL2,2023-02-29\nL3,2999-01-01\n,2024-01-01\n",
    "crm/leads/status.csv": f"{LEADS.strip()},status\nL1,2024-01-01,perhaps\nL2,2024-01-01\n",
    "crm/leads/twice.jsonl": '{"lead_id": "L1", "created_at": "2024-01-01"}\n{"lead_id": "L2", " lead_id": "L3"}\n',
    "orders/order_lines/large.csv": "order_id,line_number,quantity\nO1,1,1e300\n",
    "crm/contacts/born.csv": "contact_id,created_at,birth_year\nC1,2024-01-01,1802\n",
    "orders/payments/money.csv": 'payment_id,paid_at,amount\nP1,2024-01-01,"1,299.50"\n',
}


def told_in_docs(heading):
    """Return the messages in the table below a heading of docs/landing.md."""
    page = (PROJECT_FOLDER / "docs" / "landing.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.split(" | ", 1)[1] for line in section.splitlines() if line.startswith("| ")][1:]
    return {cell.removesuffix(" |").strip("` ") for cell in cells}


def test_the_page_tells_what_landing_tells(landing):
    for name, content in {**DOCUMENTED, **PUT_ASIDE}.items():
        landing.put(name, content)
    landing.land()
    messages = {landing.outcome(name).message for name in DOCUMENTED}
    assert {told for told in told_in_docs("Refused: the whole file") if "cut.csv.gz" not in told} == messages
    reasons = {reason for (found,) in landing.quarantine("reasons") for reason in found}
    for told in told_in_docs("Quarantined: one row"):
        assert any(told in reason for reason in reasons), told


# The folder as a whole


def test_all_the_broken_files_at_once_hurt_nobody(landing):
    bad = {
        "header": "id\n1\n",
        "quote": HEADER + 'L1,2024-01-01,"Ann\n',
        "nul": HEADER + "\0\n",
        "empty": "",
        "twice": "lead_id,lead_id\n1,2\n",
        "cut": HEADER + "L1,20",
        "latin": HEADER.encode() + b"L1,2024-01-01,\xff\n",
    }
    for name, content in bad.items():
        landing.put(f"crm/leads/{name}.csv", content)
    report = landing.land()
    assert {outcome.name for outcome in report.with_status("refused")} == {f"crm/leads/{name}.csv" for name in bad}


def test_more_files_than_a_process_may_open_are_landed(landing):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(150):
        landing.put(f"staff/trainings/{number}.csv", f"training_id,user_id,held_at\nT{number},U,2024-01-01\n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (120, limits[1]))
    try:
        landing.land()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert len(landing.rows("staff.trainings")) == 150


def test_a_file_that_grows_while_it_is_read_is_refused_and_lands_when_complete(landing, monkeypatch):
    from orchestration.landing import loading

    path = landing.put(BAD, HEADER + "L1,2024-01-01,Ann\n")
    open_rows = loading.open_rows

    def open_while_another_writes(of, *rest):
        source = open_rows(of, *rest)
        if of == path:
            path.write_text(HEADER + "L1,2024-01-01,Ann\nL2,2024-01-02,Bob\n")
        return source

    monkeypatch.setattr(loading, "open_rows", open_while_another_writes)
    landing.land()
    assert "was written to while it was read" in landing.outcome(BAD).message
    monkeypatch.undo()
    landing.land()
    assert len(landing.rows("crm.leads", where=f"_source_file = '{BAD}'")) == 2


def test_what_may_not_be_read_is_told_and_lands_when_it_may(landing, without_privileges):
    landing.land()  # what is imported late is imported while it may be
    path = landing.put(BAD, HEADER + "L1,2024-01-01,Ann\n")
    folder = landing.put("crm/contacts/closed/a.csv", "contact_id,created_at\nC1,2024-01-01\n").parent
    for closed in (path, folder):
        closed.chmod(0)
    with without_privileges(landing.folder):
        report = landing.land()
    message = f"{BAD}: cannot be opened: Permission denied. Give landing the right to read it."
    assert landing.outcome(BAD).message == message
    assert report.unrecognised == ["crm/contacts/closed (cannot be opened: Permission denied)"]
    for opened in (path, folder):
        opened.chmod(0o700)
    landing.land()
    assert landing.outcome(BAD).landed_count == landing.outcome("crm/contacts/closed/a.csv").landed_count == 1


def test_links_and_pipes_are_told_and_not_read(landing):
    landing.folder.joinpath("crm/leads/gone.csv").symlink_to("nowhere.csv")
    landing.folder.joinpath("crm/leads/again").symlink_to(landing.folder)
    os.mkfifo(landing.folder / "crm/leads/pipe.csv")
    landing.folder.joinpath("crm/leads/folder.csv").mkdir()
    landing.folder.joinpath("crm/leads/linked.csv").symlink_to("good.csv")
    report = landing.land()
    assert sorted(report.unrecognised) == [
        f"crm/leads/{name} (not a file)" for name in ("again", "gone.csv", "pipe.csv")
    ]
    assert landing.outcome("crm/leads/linked.csv").status == "skipped"


def test_a_landing_folder_that_is_not_there_is_an_error(landing, tmp_path):
    landing.land()
    with pytest.raises(FileNotFoundError):
        find_files(tmp_path / "nothing", (), load_contract())


def test_a_file_that_vanishes_is_refused(landing, monkeypatch):
    from orchestration.landing import loading

    path = landing.put(BAD, HEADER + "L1,2024-01-01,Ann\n")
    find_files = loading.find_files

    def find_and_lose(*arguments):
        found = find_files(*arguments)
        path.unlink()
        return found

    monkeypatch.setattr(loading, "find_files", find_and_lose)
    landing.land()
    assert f"{BAD}: cannot be opened" in landing.outcome(BAD).message
