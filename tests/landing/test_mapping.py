"""Mapping files: what is wrong in them is said with file and line; what is right does what it says."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

import pytest

from expectations.contract import load_contract
from orchestration.home import PROJECT_FOLDER
from orchestration.landing.mapping import MappingError, choose_mapping, load_mapping

HEAD = "files:\n  - pattern: '*.csv'\n    tables:\n"
LEADS = HEAD + "      crm.leads:\n        columns: {lead_id: id, created_at: day}\n"


@pytest.fixture
def mapping_of(tmp_path):
    """Return a function that writes a mapping file and reads it."""

    def read(text):
        path = tmp_path / "mapping.yml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_mapping(path)

    return read


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (
            HEAD + "      crm.lead:\n        columns: {}\n",
            4,
            "no table 'crm.lead'; did you mean 'crm.leads'?",
        ),
        (LEADS + "        where: 'id ='\n", 6, "cannot read the expression `id =`: syntax error"),
        (LEADS.replace("id, c", "id, emial: e, c"), 5, "unknown entry 'emial'; did you mean 'email'?"),
        (
            LEADS.replace(", created_at: day", ""),
            4,
            "crm.leads needs created_at; map each under columns or const",
        ),
        (LEADS.replace(": id,", ": 'lower(id',"), 5, "cannot read the expression `lower(id`: syntax error"),
        (LEADS.replace(": id,", ": 'id -- the number',"), 5, "cannot read the expression `id -- the number`"),
        (
            LEADS.replace(": id,", ": 'id); drop table raw.crm__leads; select (1',"),
            5,
            "cannot read the expression",
        ),
        (LEADS.replace(": id,", ": ,"), 5, "expected one value here"),
        (LEADS.replace(": id,", ": [id],"), 5, "expected one value here"),
        (LEADS.replace("lead_id: id", "lead_id: id, lead_id: no"), 5, "'lead_id' appears twice"),
        (LEADS + "        constants: {lead_id: x}\n", 6, "'lead_id' is under columns and under constants"),
        (LEADS + "        one_row_per: [lead_id]\n", 2, "every table has one_row_per, so rows would be lost"),
        (LEADS + "        one_row_per: lead_id\n", 6, "expected a list of columns, such as [order_id]"),
        (LEADS + "        one_row_per: [email]\n", 6, "crm.leads has no column 'email' that is mapped here"),
        (LEADS + "        date_format: {created_at: '%Y'}\n", 6, "did you mean 'date_formats'?"),
        (LEADS + "        date_formats: {created_at: '%Q'}\n", 6, "cannot use the date format: "),
        (
            LEADS + "        date_formats: {lead_id: '%Y'}\n",
            6,
            "a date format for 'lead_id', which holds text",
        ),
        (
            LEADS + "        date_formats: {updated_at: '%Y'}\n",
            6,
            "'updated_at', which is not mapped under columns",
        ),
        (
            LEADS.replace("    pattern: '*.csv'\n", "").replace("- pattern: '*.csv'\n   ", "-"),
            2,
            "needs `pattern`",
        ),
        ("files:\n  - pattern: '*.csv'\n", 2, "a file entry needs `tables`"),
        ("files:\n  - pattern: '*.csv'\n    tables: [crm.leads]\n", 3, "expected `name: value` pairs here"),
        (
            LEADS.replace("'*.csv'", "'*.csv'\n    delimiter: '::'"),
            3,
            "the delimiter `::` is not one plain character",
        ),
        (LEADS.replace("'*.csv'", "'*.csv'\n    encoding: latin-99"), 3, "no encoding is called 'latin-99'"),
        (
            LEADS.replace("'*.csv'", "'*.csv'\n    time_zone: Europe/Berln"),
            3,
            "there is no time zone 'Europe/Berln'; write one of IANA's, such as Europe/Berlin",
        ),
        (LEADS.replace("'*.csv'", "'*.csv'\n    time_zone: IST"), 3, "there is no time zone 'IST'"),
        (LEADS.replace("'*.csv'", "'*.csv'\n    timezone: UTC"), 3, "did you mean 'time_zone'?"),
        (LEADS.replace("'*.csv'", "'*.csv'\n    encoding: base64"), 3, "no encoding is called 'base64'"),
        (LEADS.replace("'*.csv'", "'*.csv'\n    encoding: idna"), 3, "no encoding is called 'idna'"),
        (LEADS.replace("'*.csv'", "'*.csv'\n    encoding: \"\\0\""), 3, "the text has a NUL or half a character"),
        (LEADS.replace("'*.csv'", "'*.csv'\n    delimiter: '\"'"), 3, 'the delimiter `"` is not one plain character'),
        (LEADS.replace("'*.csv'", "'*.csv'\n    delimiter: \"\\n\""), 3, "the delimiter `\\n` is not one plain"),
        (LEADS.replace(": id,", ': "\\ud800",'), 5, "the text has a NUL or half a character"),
        (LEADS.replace(": id,", ": '$1',"), 5, "`$1` is not one value of each row (value parameter)"),
        (LEADS.replace(": id,", ": columns(*),"), 5, "`columns(*)` is not one value of each row (star)"),
        (LEADS.replace(": id,", ": 'unnest([id, id])',"), 5, "is not one value of each row (unnest)"),
        (LEADS.replace(": id,", ": '(from incoming select max(id))',"), 5, "is not one value of each row (subquery)"),
        (HEAD.replace("tables:", "tables: {}"), 2, "a file entry needs a table under `tables`"),
        ("files: all\n", 1, "expected `files:` with a list of patterns"),
        ("file: []\n", 1, "unknown entry 'file'; did you mean 'files'?"),
        ("- a\n", 1, "expected `name: value` pairs here"),
        (HEAD + "      crm.leads: {\n", 5, "not YAML: "),
        ("files:\n\t- x\n", 2, "not YAML: "),
    ],
)
def test_a_fault_is_told_with_file_and_line(mapping_of, tmp_path, text, line, says):
    with pytest.raises(MappingError) as raised:
        mapping_of(text)
    assert str(raised.value).startswith(f"{tmp_path / 'mapping.yml'} line {line}: ")
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty; expected `files:`"),
        (b"\xff\xfe\xff", "not YAML"),
        ("a\0b", "not YAML"),
        ("[" * 5_000, "not YAML"),
    ],
)
def test_a_file_that_is_no_text_is_told(mapping_of, text, says):
    with pytest.raises(MappingError, match=says):
        mapping_of(text)


def test_a_missing_mapping_file_is_told(tmp_path):
    with pytest.raises(MappingError, match=r"none\.yml: no such mapping file"):
        load_mapping(tmp_path / "none.yml")
    with pytest.raises(MappingError, match="the mapping file cannot be read: Is a directory"):
        load_mapping(tmp_path)


def test_utf_16_without_a_byte_order_is_refused_with_the_setting_that_reads_it(landing, mapping_of):
    landing.put("a.csv", "id,day\nL1,2024-01-01\n".encode("utf-16-le"))
    landing.land(mapping_of(LEADS.replace("'*.csv'", "'*.csv'\n    encoding: utf-16")))
    message = landing.outcome("a.csv").message
    assert message.startswith("a.csv, line 1: the text is not UTF-16: UTF-16 stream does not start with BOM.")
    assert "`encoding: utf-16-le`" in message
    landing.land(mapping_of(LEADS.replace("'*.csv'", "'*.csv'\n    encoding: utf-16-le")))
    assert landing.outcome("a.csv").landed_count == 1


@pytest.mark.parametrize("path", sorted((PROJECT_FOLDER / "examples").glob("*/mapping.yml")), ids=str)
def test_the_shipped_examples_are_right(path):
    assert load_mapping(path)


def test_the_first_pattern_wins_and_the_place_comes_last(mapping_of):
    two = LEADS.replace("'*.csv'", "'crm/leads/new*.csv'") + LEADS.removeprefix("files:\n")
    mappings = mapping_of(two)
    contract = load_contract()

    def chosen(path):
        return choose_mapping(PurePosixPath(path), mappings, contract)

    assert chosen("crm/leads/new_1.csv") is mappings[0]
    assert chosen("crm/leads/old.csv") is mappings[1]
    assert chosen("crm/deals/a.parquet").name == "crm.deals"
    assert chosen("elsewhere.parquet") is None
    assert chosen("crm/nothing/a.parquet") is None


def test_an_entry_without_tables_says_how_the_files_of_a_place_are_read(landing, mapping_of):
    content = "lead_id,created_at,name,note\nL1,2024-07-01 12:00:00,Zoë,x\n"
    landing.put("crm/leads/a.csv", content.encode("cp1252"))
    landing.put("elsewhere.csv", content)
    entry = "files:\n  - pattern: '*'\n    encoding: cp1252\n"
    report = landing.land(mapping_of(f"{entry}    time_zone: Asia/Kathmandu\n"))
    assert report.unrecognised == ["elsewhere.csv"]
    assert landing.rows("crm.leads", "created_at, name") == [("2024-07-01 06:15:00Z", "Zoë")]
    assert json.loads(landing.rows("crm.leads", "_extra")[0][0]) == {"created_at": "2024-07-01 12:00:00", "note": "x"}
    assert landing.outcome("crm/leads/a.csv").added_columns == ("note",)
    assert landing.land(mapping_of(f"{entry}    time_zone: Asia/Kathmandu\n")).with_status("skipped")
    assert landing.land(mapping_of(entry)).with_status("landed")


def test_a_time_zone_holds_for_instants_without_an_offset_and_for_no_day(landing, mapping_of):
    text = LEADS.replace("{", "{name: who, updated_at: at, ").replace(
        "'*.csv'", "'*.csv'\n    time_zone: America/New_York"
    )
    text += (
        "        date_formats: {updated_at: '%d.%m.%Y %H:%M %z'}\n        constants: {source: 2024-01-01 10:00:00}\n"
    )
    landing.put("a.csv", "id,day,who,at\nL1,2024-07-01,2024-01-01 10:00:00,02.07.2024 12:00 +0200\n")
    landing.land(mapping_of(text))
    assert landing.rows("crm.leads", "created_at, name, source, updated_at") == [
        ("2024-07-01", "2024-01-01 10:00:00", "2024-01-01 10:00:00", "2024-07-02 10:00:00+00")
    ]


def test_a_date_format_without_a_time_reads_a_day(landing, mapping_of):
    text = LEADS.replace("'*.csv'", "'*.csv'\n    time_zone: Asia/Shanghai")
    landing.put("a.csv", "id,day\nL1,01/07/2024\n")
    landing.land(mapping_of(text + "        date_formats: {created_at: '%d/%m/%Y'}\n"))
    assert landing.rows("crm.leads", "created_at") == [("2024-07-01",)]


def test_constants_may_hold_quotes_and_look_like_anything(landing, mapping_of):
    text = (
        LEADS
        + """        constants: {name: "O'Neill''s \\"x\\"", source: 007, phone: true, email: "'; drop table x"}\n"""
    )
    landing.put("a.csv", "id,day\nL1,2024-01-01\n")
    landing.land(mapping_of(text))
    assert landing.rows("crm.leads", "name, source, phone, email") == [
        ("O'Neill''s \"x\"", "007", "true", "'; drop table x")
    ]


def test_a_date_format_reads_and_what_does_not_fit_is_put_aside(landing, mapping_of):
    text = (
        HEAD
        + """      crm.contracts:
        columns: {contract_id: id, started_date: day, updated_at: at}
        date_formats: {started_date: "%d/%m/%Y", updated_at: "%d.%m.%y um %H:%M"}
"""
    )
    content = "id,day,at\nC1,05/04/2024,31.01.24 um 10:30\nC2,2024-04-05,\nC3,31/02/2024,\nC4,,32.01.24 um 10:00\n"
    landing.put("a.csv", content)
    landing.land(mapping_of(text))
    assert landing.rows("crm.contracts", "contract_id, started_date, updated_at") == [
        ("C1", "2024-04-05", "2024-01-31 10:30:00"),
        ("C2", "2024-04-05", None),
    ]
    extra = json.loads(landing.rows("crm.contracts", "_extra")[0][0])
    assert extra == {"day": "05/04/2024", "at": "31.01.24 um 10:30"}
    assert [(row, reasons[0][:34]) for row, _, reasons in landing.quarantine()] == [
        (3, "started_date: '31/02/2024' cannot "),
        (4, "updated_at: '32.01.24 um 10:00' ca"),
    ]


def test_a_row_that_no_table_takes_is_put_aside(landing, mapping_of):
    text = LEADS + "        where: \"kind = 'lead'\"\n"
    landing.put("a.csv", "id,day,kind\nL1,2024-01-01,lead\nL2,2024-01-01,other\nL3,2024-01-01,\n")
    landing.land(mapping_of(text))
    assert landing.rows("crm.leads", "lead_id") == [("L1",)]
    reason = ["no table of the mapping takes this row"]
    assert landing.quarantine("source_row, reasons") == [(2, reason), (3, reason)]
    assert landing.outcome("a.csv").landed_count == 1


TWO_TABLES = (
    HEAD
    + """      orders.orders:
        one_row_per: [order_id]
        columns: {order_id: no, customer_id: buyer, ordered_at: day}
      orders.order_lines:
        columns: {order_id: no, line_number: "row_number() over (partition by no order by _source_row)", quantity: n}
"""
)


def test_one_row_feeds_two_tables_and_the_first_of_each_key_makes_the_head(landing, mapping_of):
    lines = "A,X,2024-01-01,1\nA,Y,2024-01-02,2\nB,X,2024-01-03,3\nA,Z,2024-01-04,4\n"
    landing.put("a.csv", "no,buyer,day,n\n" + lines)
    landing.land(mapping_of(TWO_TABLES))
    assert landing.rows("orders.orders", "order_id, customer_id, _source_row") == [
        ("A", "X", 1),
        ("B", "X", 3),
    ]
    assert landing.rows("orders.order_lines", "order_id, line_number, quantity") == [
        ("A", "1", "1"),
        ("A", "2", "2"),
        ("B", "1", "3"),
        ("A", "3", "4"),
    ]
    kept = [json.loads(extra)["buyer"] for (extra,) in landing.rows("orders.order_lines", "_extra")]
    assert kept == ["X", "Y", "X", "Z"]


def test_a_row_broken_for_one_table_goes_to_neither_and_another_makes_the_head(landing, mapping_of):
    landing.put("a.csv", "no,buyer,day,n\nA,X,2024-01-01,many\nA,Y,2024-01-02,2\nB,X,never,3\n")
    landing.land(mapping_of(TWO_TABLES))
    assert landing.rows("orders.orders", "order_id, customer_id") == [("A", "Y")]
    assert landing.rows("orders.order_lines", "order_id, _source_row") == [("A", 2)]
    assert [row for row, *_ in landing.quarantine()] == [1, 3]


def test_a_broken_row_of_one_file_leaves_the_heads_of_the_others(landing, mapping_of):
    for number in range(4):
        days = ["never" if (number + row) % 3 == 0 else f"2024-01-0{row + 1}" for row in range(number + 1)]
        rows = "".join(f"N{number},X,{day},1\nM{number},,{day},1\n" for day in days)
        landing.put(f"{number}.csv", "no,buyer,day,n\n" + rows)
    landing.land(mapping_of(TWO_TABLES))
    heads = [(f"{key}{n}", day) for n, day in ((1, 1), (2, 1), (3, 2)) for key in "NM"]
    assert landing.rows("orders.orders", "order_id, right(ordered_at, 1)::int") == heads
    assert len(landing.quarantine()) == 2 * (1 + 0 + 1 + 2)


def test_an_expression_sees_one_file_at_a_time(landing, mapping_of):
    for name, count in (("a", 3), ("b", 2)):
        rows = (
            "".join(f"same,X,2024-01-0{n + 1},{name}{n}\n" for n in range(count))
            .replace(",a", ",1")
            .replace(",b", ",2")
        )
        landing.put(f"{name}.csv", "no,buyer,day,n\n" + rows)
    landing.land(mapping_of(TWO_TABLES))
    numbers = landing.rows("orders.order_lines", "_source_file, line_number")
    assert numbers == [("a.csv", "1"), ("a.csv", "2"), ("a.csv", "3"), ("b.csv", "1"), ("b.csv", "2")]
    assert len(landing.rows("orders.orders")) == 2


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "gb18030", "cp1252"])
def test_a_named_encoding_is_read(landing, mapping_of, encoding):
    name = "漢字" if encoding in ("utf-16", "gb18030") else "Zoë"
    text = LEADS.replace("{", "{name: who, ").replace("'*.csv'", f"'*.csv'\n    encoding: {encoding}")
    content = f'id,day,who\nL1,2024-01-01,"{name}\n{name}"\nL2\n' * 1
    landing.put("a.csv", content.encode(encoding))
    landing.land(mapping_of(text))
    assert landing.rows("crm.leads", "lead_id, name") == [("L1", f"{name}\n{name}")]
    assert landing.quarantine("source_row, row_text") == [(2, "L2")]


def test_a_named_delimiter_is_taken(landing, mapping_of):
    text = LEADS.replace("'*.csv'", "'*.csv'\n    delimiter: ':'")
    landing.put("a.csv", "id:day:a,b,c\nL1:2024-01-01:x\n")
    landing.land(mapping_of(text))
    assert landing.rows("crm.leads", "lead_id, _extra") == [("L1", '{"a,b,c":"x"}')]


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("number", 'Binder Error: Referenced column "number" not found'),
        ("order", "Parser Error: "),
        ("max(id)", "Binder Error: "),
        ("no_such_function(id)", "Catalog Error: "),
        ("id::integer::varchar", "Conversion Error: Could not convert string '…' to INT32"),
    ],
)
def test_an_expression_that_the_file_cannot_give_refuses_that_file_alone(
    landing, mapping_of, tmp_path, expression, says
):
    landing.put("a.csv", "id,day\nL1,2024-01-01\n")
    landing.put("crm/deals/good.parquet.csv", "id,day\n7,2024-01-01\n")
    landing.put("staff/trainings/good.jsonl", '{"training_id": "T", "user_id": "U", "held_at": "2024-01-01"}')
    report = landing.land(mapping_of(LEADS.replace(": id,", f": '{expression}',")))
    message = landing.outcome("a.csv").message
    assert message.startswith("a.csv, ")
    assert (
        f"the mapping {tmp_path / 'mapping.yml'} line 5 reads `{expression}`, which this file cannot give: " in message
    )
    assert says in message
    assert "It has id, day; correct the file, or the mapping" in message
    assert len(landing.rows("staff.trainings")) == 1
    good = landing.outcome("crm/deals/good.parquet.csv")
    assert good.status == ("landed" if "integer" in expression else "refused")
    assert len(landing.rows("crm.leads")) == report.rows_by_table["crm.leads"] == good.landed_count


def test_a_where_that_fails_names_its_line(landing, mapping_of, tmp_path):
    landing.put("a.csv", "id,day\nL1,2024-01-01\n")
    landing.land(mapping_of(LEADS + "        where: 'kind is null'\n"))
    assert f"the mapping {tmp_path / 'mapping.yml'} line 6 reads `kind is null`" in landing.outcome("a.csv").message


def test_a_bare_name_is_the_column_even_where_sql_has_a_word_for_it(landing, mapping_of):
    landing.put("a.csv", "id,day,user,Current_Date,group\nL1,2024-01-01,Ann,x,G\n")
    landing.land(mapping_of(LEADS.replace("{", "{name: user, source: group, ")))
    assert landing.rows("crm.leads", "name, source, _extra") == [("Ann", "G", '{"Current_Date":"x"}')]


def test_an_expression_that_gives_empty_text_gives_nothing(landing, mapping_of):
    landing.put("a.csv", "id,day\nL,2024-01-01\nxL,2024-01-01\n")
    landing.land(mapping_of(LEADS.replace(": id,", ": \"regexp_replace(id, '^L', '')\",")))
    assert landing.rows("crm.leads", "lead_id") == [("xL",)]
    assert landing.quarantine("reasons") == [(["lead_id: is empty; every row must have it"],)]


def test_what_a_mapping_does_not_carry_is_kept_and_not_called_an_added_column(landing, mapping_of):
    landing.put("a.csv", "id,day,note\nl1,2024-01-01,x\n")
    landing.land(mapping_of(LEADS.replace(": id,", ": upper(id),")))
    assert landing.rows("crm.leads", "lead_id, _extra") == [("L1", '{"id":"l1","note":"x"}')]
    assert landing.outcome("a.csv").added_columns == ()


def test_a_file_refused_halfway_is_not_judged(landing, mapping_of):
    landing.put("a.csv", "no,buyer,day,n\nA,X,2024-01-01,many\nB,X,2024-01-01,1\n")
    landing.put("b.csv", "no,buyer,day,n\nC,X,2024-01-01,1\n")
    report = landing.land(mapping_of(TWO_TABLES.replace("quantity: n", 'quantity: "n::integer"')))
    assert {outcome.name: outcome.status for outcome in report.files} == {"a.csv": "refused", "b.csv": "landed"}
    assert set(report.judged_rows.values()) == {1}
    assert landing.rows("orders.orders", "order_id") == [("C",)]


def test_files_are_landed_anew_by_a_corrected_mapping(landing, mapping_of):
    """Refused or landed wrongly: the correction is another mapping, so the file's content does not count as known."""
    landing.put("a.csv", "id,day,born\nL1,2024-01-01,2023-05-05\n")
    assert landing.land(mapping_of(LEADS.replace("id,", "number,"))).with_status("refused")
    assert landing.land(mapping_of(LEADS.replace("day", "born"))).with_status("landed")
    assert landing.land(mapping_of(LEADS.replace("day", "born"))).with_status("skipped")
    assert landing.land(mapping_of(LEADS)).with_status("landed")
    assert landing.rows("crm.leads", "lead_id, created_at") == [("L1", "2023-05-05"), ("L1", "2024-01-01")]


@pytest.mark.parametrize("text", ["1), (2", "id) as a, (day", "1)::varchar; select (2"])
def test_an_expression_cannot_leave_its_brackets(mapping_of, text):
    with pytest.raises(MappingError, match=r"line 5: .*(more than one expression|cannot read)"):
        mapping_of(LEADS.replace(": id,", f": '{text}',"))
