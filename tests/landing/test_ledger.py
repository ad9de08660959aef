"""Every file once, by its content; every row once, landed or put aside; nothing depends on the order."""

from __future__ import annotations

import json
import random
from datetime import datetime

import duckdb
import pytest
import yaml

from expectations.contract import CONTRACT_FOLDER, load_contract
from orchestration.landing.ledger import prepare_tables
from orchestration.landing.loading import land_folder
from orchestration.landing.mapping import load_mapping

LEADS = "lead_id,created_at,status\nL1,2024-01-01,new\nL2,2024-01-02,working\n"
TRAININGS = "training_id,user_id,held_at,hours\n"


def files_of(landing, columns):
    return landing.connection.execute(
        f"select {columns} from landing.files order by mapping_name, source_file"
    ).fetchall()


def test_a_file_lands_once_by_its_content_whatever_its_name(landing):
    landing.put("crm/leads/a.csv", LEADS)
    landing.put("crm/leads/b.csv", LEADS)
    landing.land()
    assert landing.outcome("crm/leads/b.csv").message == "its content is that of crm/leads/a.csv"
    landing.put("crm/leads/c.csv", LEADS)
    landing.land()
    assert {outcome.message for outcome in landing.report.files} == {"its content was loaded before"}
    assert landing.rows("crm.leads", "lead_id, _source_file") == [
        ("L1", "crm/leads/a.csv"),
        ("L2", "crm/leads/a.csv"),
    ]
    assert files_of(landing, "source_file, status") == [("crm/leads/a.csv", "landed")]


def test_new_content_under_an_old_name_lands(landing):
    landing.put("crm/leads/a.csv", LEADS)
    landing.land()
    landing.put("crm/leads/a.csv", LEADS + "L3,2024-01-03,new\n")
    landing.land()
    assert [row[0] for row in landing.rows("crm.leads", "lead_id")] == ["L1", "L1", "L2", "L2", "L3"]
    assert len(landing.rows("crm.leads", "distinct _content_hash, _loaded_at, _source_row")) == 5


def test_the_same_content_for_two_tables_lands_in_both(landing):
    content = "customer_id,occurred_at,delta,reason\nC1,2024-01-01,5,gift\n"
    landing.put("loyalty/point_movements/a.csv", content)
    landing.put("loyalty/prepaid_movements/a.csv", content)
    landing.land()
    assert len(landing.rows("loyalty.point_movements")) == 1
    assert len(landing.rows("loyalty.prepaid_movements")) == 1


def test_a_refused_copy_is_not_said_to_be_loaded(landing):
    landing.put("crm/leads/a.csv", "id\n1\n")
    landing.put("crm/leads/b.csv", "id\n1\n")
    landing.land()
    assert landing.outcome("crm/leads/b.csv").message == "its content is that of crm/leads/a.csv"


def test_landing_twice_changes_nothing(landing):
    landing.put("crm/leads/a.csv", LEADS + "L3,never,new\nL4\n")
    landing.put("crm/leads/b.csv", "id\n1\n")
    landing.put("staff/trainings/a.jsonl", '{"training_id": "T", "user_id": "U", "held_at": "2024-01-01"}\n')
    landing.land()
    before = landing.raw_contents("*"), landing.quarantine("*"), files_of(landing, "* exclude loaded_at")
    results = landing.connection.execute("from landing.rule_results").fetchall()
    landing.land()
    after = landing.raw_contents("*"), landing.quarantine("*"), files_of(landing, "* exclude loaded_at")
    assert after == before
    assert landing.connection.execute("from landing.rule_results").fetchall() == results
    assert landing.report.landed_rows_count == 0


def some_files(chance):
    """Yield files of two tables with good, broken and ragged rows."""
    for number in range(12):
        days = [chance.randrange(1, 40) for _ in range(chance.randrange(1, 20))]
        rows = [f"T{number}-{day},U{number},2024-01-{day:02d},{chance.choice(['1', '-1', ''])}" for day in days]
        room = chance.choice(["", ",R"])
        lines = [row + room for row in rows] + ["cut"] * chance.randrange(2)
        chance.shuffle(lines)
        header = TRAININGS.strip() + room.replace("R", "room")
        yield f"staff/trainings/{number}.csv", "\n".join([header, *lines]) + "\n"
    for number in range(4):
        leads = [f"L{number}-{row},2024-01-01,{chance.choice(['new', 'old'])}" for row in range(5)]
        yield f"crm/leads/{number}.csv", "\n".join(["lead_id,created_at,status", *leads]) + "\n"


def land_in_order(landing, folder, files):
    """Land files one after the other in a database of their own; return what landing keeps of them."""
    folder.mkdir()
    with duckdb.connect() as connection:
        for name, content in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            land_folder(connection, folder)
            path.unlink()
        landing.connection = connection
        reasons = landing.quarantine("source_file, source_row, row_text, reasons")
        return landing.raw_contents(), reasons


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_makes_no_difference_nor_do_repeats(landing, tmp_path, seed):
    chance = random.Random(seed)
    files = list(some_files(chance))
    together = tmp_path / "together"
    for name, content in files:
        landing.put(name, content)
    landing.land()
    expected = landing.raw_contents(), landing.quarantine("source_file, source_row, row_text, reasons")
    assert len(expected[1]) > 5
    arrivals = files * 2
    chance.shuffle(arrivals)
    assert land_in_order(landing, together, arrivals) == expected


@pytest.mark.parametrize("seed", range(5))
def test_rows_in_are_rows_landed_and_rows_put_aside(landing, seed):
    files = dict(some_files(random.Random(seed)))
    for name, content in files.items():
        landing.put(name, content)
    landing.land()
    for name, content in files.items():
        outcome = landing.outcome(name)
        table = "staff.trainings" if name.startswith("staff") else "crm.leads"
        numbers = [row for (row,) in landing.rows(table, "_source_row", f"_source_file = '{name}'")]
        aside = [row for file, row in landing.quarantine("source_file, source_row") if file == name]
        assert sorted(numbers + aside) == list(range(1, content.count("\n")))
        assert (outcome.landed_count, outcome.quarantined_count) == (len(numbers), len(aside))
        assert outcome.rows_count == len(numbers) + len(aside)
    counted = "source_file, rows_count, landed_count, quarantined_count, status"
    assert sorted(files_of(landing, counted)) == sorted(
        (o.name, o.rows_count, o.landed_count, o.quarantined_count, "landed") for o in landing.report.files
    )


def test_a_row_put_aside_keeps_its_text_and_all_its_reasons(landing):
    landing.put("staff/trainings/a.csv", TRAININGS + ',U1,2024-02-30,-2\nT2,"U 2, é",2124-01-01,x\n')
    landing.land()
    (first, second) = landing.quarantine()
    empty = {"training_id": None, "user_id": "U1", "held_at": "2024-02-30", "hours": "-2"}
    assert (first[0], json.loads(first[1])) == (1, empty)
    assert first[2] == [
        "held_at: '2024-02-30' cannot be read as timestamp; "
        "send a real instant from 1900 on as YYYY-MM-DD HH:MM:SS, or map it with a date format",
        "hours: '-2' is not at least 0",
        "training_id: is empty; every row must have it",
    ]
    assert json.loads(second[1])["user_id"] == "U 2, é"
    assert second[2] == [
        "held_at: '2124-01-01 00:00:00' lies in the future; an event must have happened before it is loaded",
        "hours: 'x' cannot be read as number; send a number with a point and no thousands separator, such as 1299.5, "
        "of up to twelve digits before it",
    ]
    columns = "source_file, mapping_name, content_hash, quarantined_at"
    (ledger,) = files_of(landing, "source_file, mapping_name, content_hash, loaded_at")
    assert landing.quarantine(columns) == [ledger] * 2


def test_every_landed_row_says_where_it_comes_from(landing):
    path = landing.put("crm/leads/a.csv", LEADS)
    landing.land()
    ((file, content_hash, loaded_at, bytes_count),) = files_of(
        landing, "source_file, content_hash, loaded_at, bytes_count"
    )
    assert landing.rows("crm.leads", "_source_file, _content_hash, _loaded_at, _source_row") == [
        (file, content_hash, loaded_at, 1),
        (file, content_hash, loaded_at, 2),
    ]
    assert bytes_count == path.stat().st_size


def test_each_file_has_a_later_instant_than_those_before_even_when_the_clock_stands(landing):
    far = datetime(2999, 1, 1)
    landing.put("crm/leads/a.csv", LEADS)
    landing.land()
    landing.connection.execute("update landing.files set loaded_at = $1", [far])
    landing.put("crm/leads/b.csv", LEADS + "L3,2024-01-01,new\n")
    landing.put("crm/leads/c.csv", LEADS + "L4,2024-01-01,new\n")
    landing.land()
    instants = [row[0] for row in files_of(landing, "loaded_at")]
    assert instants == sorted(set(instants))
    assert instants[1] > far


def test_a_new_contract_column_is_added_to_a_table_that_has_rows(landing, tmp_path):
    landing.put("crm/leads/a.csv", LEADS)
    landing.land()
    landing.connection.execute("alter table raw.crm__leads drop column motion")
    content = "lead_id,created_at,motion\nL9,2024-01-01,inbound\n"
    landing.put("crm/leads/b.csv", content)
    landing.land()
    assert landing.rows("crm.leads", "lead_id, motion") == [("L1", None), ("L2", None), ("L9", "inbound")]

    document = yaml.safe_load((CONTRACT_FOLDER / "crm.yml").read_text(encoding="utf-8"))
    document["tables"]["leads"]["columns"]["shoe_size"] = {"type": "integer", "description": "Size."}
    (tmp_path / "crm.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    landing.put("crm/leads/c.csv", "lead_id,created_at,shoe_size\nL10,2024-01-01,38\n")
    land_folder(landing.connection, landing.folder, contract=load_contract(tmp_path))
    assert landing.rows("crm.leads", "lead_id, shoe_size", "shoe_size is not null") == [("L10", "38")]


def test_every_contract_table_is_there_before_any_file_came(landing):
    prepare_tables(landing.connection, load_contract())
    prepare_tables(landing.connection, load_contract())
    assert landing.raw_contents() == {}
    lineage = "_extra, _source_file, _source_row, _content_hash, _loaded_at"
    for table in load_contract().tables.values():
        assert landing.rows(table.id, f"{', '.join(table.column_names)}, {lineage}") == []


def test_a_refused_file_lands_when_it_is_corrected(landing):
    landing.put("crm/leads/a.csv", LEADS.replace("lead_id", "id"))
    landing.land()
    landing.land()
    assert files_of(landing, "status") == [("refused",)]
    assert landing.rows("crm.leads") == []
    landing.put("crm/leads/a.csv", LEADS)
    landing.land()
    assert landing.outcome("crm/leads/a.csv").status == "landed"
    assert len(landing.rows("crm.leads")) == 2


def test_a_file_refused_for_its_mapping_lands_when_the_mapping_is_corrected(landing, tmp_path):
    mapping = tmp_path / "mapping.yml"
    text = "files:\n  - pattern: '*'\n    tables:\n      crm.leads:\n        columns: {lead_id: %s, created_at: day}\n"
    landing.put("a.csv", "no,day\nL1,2024-01-01\n")
    mapping.write_text(text % "number")
    landing.land(load_mapping(mapping))
    assert landing.outcome("a.csv").status == "refused"
    mapping.write_text(text % "no")
    landing.land(load_mapping(mapping))
    assert landing.rows("crm.leads", "lead_id, created_at") == [("L1", "2024-01-01")]


def test_rule_results_are_kept_with_what_they_judged(landing):
    landing.put("staff/trainings/a.csv", TRAININGS + "T1,U1,2024-01-01,-1\nT2,U1,2024-01-01,x\nT3,U1,2024-01-01,2\n")
    landing.land()
    query = "select rule_name, rows_count, broken_count from landing.rule_results where table_id = $1 order by all"
    assert landing.connection.execute(query, ["staff.trainings"]).fetchall() == [
        ("held_at_not_in_future", 3, 0),
        ("held_at_present", 3, 0),
        ("held_at_readable", 3, 0),
        ("hours_in_range", 3, 1),
        ("hours_readable", 3, 1),
        ("training_id_present", 3, 0),
        ("user_id_present", 3, 0),
    ]


def test_a_table_of_many_broken_rows_is_put_aside_row_by_row(landing):
    lines = [f"T{n},U,2024-13-01,{n}" for n in range(5_000)]
    landing.put("staff/trainings/a.csv", TRAININGS + "\n".join(lines) + "\n")
    landing.land()
    assert landing.outcome("staff/trainings/a.csv").quarantined_count == 5_000
    assert [row for (row,) in landing.quarantine("source_row")] == list(range(1, 5_001))


def test_distant_dates_are_judged_and_kept(landing):
    content = "user_id,valid_from_at,valid_to_at\nU1,1900-01-01,9999-12-31 23:59:59\n"
    landing.put("crm/users/a.csv", content)
    landing.land()
    assert landing.rows("crm.users", "valid_from_at, valid_to_at") == [("1900-01-01", "9999-12-31 23:59:59")]
