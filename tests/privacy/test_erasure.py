"""Nothing of an erased person is left, whatever the file; the figures and everybody else are as before."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from searching import found_in
from small_company import (
    ADA_LEAD,
    EMAIL,
    IDENTIFIERS,
    NAME,
    ODD_EMAIL,
    PHONE,
    TEXT,
    make_company,
    write_files,
)

from expectations.contract import load_contract
from orchestration.engine import Engine
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.landing.loading import land_folder
from orchestration.privacy.erasure import Erased, erase
from orchestration.privacy.landing_files import ErasedReturns
from orchestration.privacy.persons import ErasureError
from orchestration.publishing.fingerprint import input_fingerprint
from orchestration.publishing.release import current_manifest, release_ids


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    make_company(folder)
    return folder


@pytest.fixture
def company(made: Path, tmp_path: Path) -> tuple[WarehouseHome, Path]:
    folder = Path(shutil.copytree(made, tmp_path / "company", symlinks=True))
    return WarehouseHome(folder / "warehouse"), folder / "landing"


@pytest.fixture(scope="module")
def erased(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[WarehouseHome, Path, Erased]:
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("erased") / "company", symlinks=True))
    home, landing = WarehouseHome(folder / "warehouse"), folder / "landing"
    return home, landing, erase(home, EMAIL, landing)


def ask(home: WarehouseHome, sql: str) -> list[tuple]:
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def published(home: WarehouseHome, sql: str) -> list[tuple]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_identifier_is_found_before_and_none_afterwards(
    made: Path, erased: tuple[WarehouseHome, Path, Erased]
) -> None:
    assert set(found_in([made], IDENTIFIERS)) == set(IDENTIFIERS)
    home, landing, done = erased
    assert found_in([home.folder.parent, landing], IDENTIFIERS) == {}
    assert (done.left, done.unseen_files) == ({}, ())
    assert (done.raw_rows_count, done.files_count, done.releases_count) == (12, 7, 3)
    assert not home.erasure_plan.exists()
    assert home.erasure_salt.stat().st_mode & 0o077 == 0


def test_figures_and_others_are_as_before(made: Path, erased: tuple[WarehouseHome, Path, Erased]) -> None:
    before, after = WarehouseHome(made / "warehouse"), erased[0]
    for sql in (
        "from rpt_stages order by all",
        "select city, stage from dim_customers order by all",
        "select customer_id, source_record_id from fct_customer_events where customer_id = 'bob'",
        # the same keys still meet each other
        "select count(*) from fct_customer_events join fct_evidence using (event_id) "
        "join dim_customers using (customer_id)",
    ):
        assert published(after, sql) == published(before, sql)
    old, new = raw_rows(before), raw_rows(after)
    assert old.keys() == new.keys()
    for table, rows in new.items():
        assert len(rows) == len(old[table]), table
        changed = [row for row in rows if row not in old[table]]
        assert all("erased" in str(row) or TEXT in str(old[table]) for row in changed), table


def raw_rows(home: WarehouseHome) -> dict[str, list[tuple]]:
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        return {
            table.id: connection.execute(f"select * exclude (_content_hash) from raw.{table.raw_name}").fetchall()
            for table in load_contract().tables.values()
        }


def test_what_is_left_of_the_person_is_judged_as_before(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    home = erased[0]
    ((lead, name, email, phone, account, contact),) = ask(
        home,
        """
        select lead_id, name, email, phone, account_id, converted_contact_id from raw.crm__leads
        where converted_contact_id is not null
        """,
    )
    assert lead.startswith("erased-")
    assert name == "erased"
    assert email.endswith("@erased.invalid")
    assert phone.startswith("0000")
    assert ask(
        home,
        "select contact_id, account_id, name, email, phone, birth_year, city, _extra from raw.crm__contacts "
        "order by contact_id desc",
    )[0] == (
        contact,
        account,
        "erased",
        email,
        phone,
        "1980",
        "London",
        None,
    )
    assert ask(home, "select referrer_id, name from raw.crm__leads where lead_id = 'LEAD-77002'") == [(contact, "Bob")]
    assert ask(
        home,
        f"select field, old_value is null, new_value from raw.crm__lead_history where object_id = '{lead}' order by 1",
    ) == [
        ("email", False, email),
        ("name", False, "erased"),
        ("status", False, "working"),
    ]
    ((buyer,),) = ask(home, "select distinct person_key from raw.crm__contacts where person_key is not null")
    assert ask(home, "select order_id, customer_id, email, phone from raw.orders__orders order by 1") == [
        ("1001", "2002", "bob@example.org", None),
        ("1002", buyer, email, phone),
        ("1003", buyer, None, None),
    ]
    assert ask(home, "select ticket_id, requester_key, customer_id from raw.support__tickets order by 1") == [
        ("1001", "bob@example.org", None),
        ("1002", email, None),
        ("1003", None, buyer),
        ("1004", "stranger@example.org", None),
    ]
    assert ask(home, "select ticket_id, score, text from raw.support__survey_answers order by 1") == [
        ("1001", "5", "Fine."),
        ("1002", "1", None),
    ]
    assert ask(home, "select source_row, row_text from landing.quarantine order by 1") == [
        (4, "[erased]"),
        (5, "[erased]"),
    ]


def test_who_is_who_stays_and_the_next_build_makes_the_same_keys(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    home = erased[0]
    ((customer, nodes),) = ask(
        home,
        "select customer_id, count(*) from intermediate.int_identity_map where length(customer_id) = 32 group by all",
    )
    assert nodes == 5
    assert ask(
        home, "select md5(party_key) from intermediate.int_identity_map where party_key like 'lead:erased%'"
    ) == [(customer,)]
    assert ask(
        home,
        "select transition_id = md5('customer|' || entity_id || '|2024-01-01 08:00:00|known|'), entity_id "
        "from landing.recorded_transitions",
    ) == [(True, customer)]
    assert ask(home, "select customer_id, arm from landing.recorded_assignments order by priority_number") == [
        (customer, "treatment"),
        ("bob", "treatment"),
    ]
    assert ask(
        home,
        "select count(*) from duckdb_tables() where schema_name in ('staging', 'marts') or table_name = 'int_leads'",
    ) == [(0,)]
    assert published(home, "select customer_id from dim_customers order by length(customer_id) desc limit 1") == [
        (customer,)
    ]


def test_files_keep_what_is_not_the_persons_byte_for_byte(
    made: Path, erased: tuple[WarehouseHome, Path, Erased]
) -> None:
    before, after = made / "landing", erased[1]
    assert {path.name for path in after.rglob("*") if path.is_file()} == {
        path.name for path in before.rglob("*") if path.is_file()
    }
    old, new = ((folder / "crm/leads/2024.csv").read_bytes().splitlines(keepends=True) for folder in (before, after))
    assert len(old) == len(new)
    assert [number for number, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]] == [1, 2, 6, 7]
    assert new[7].startswith(b"erased,erased,erased")
    assert (after / "support/tickets/2024.csv").read_bytes().count(b"\r\n") == 5
    assert pq.read_table(after / "orders/orders/2024.parquet")["gross_amount"].to_pylist() == [1001.0, 20.5, 30.0]


def test_releases_bear_new_ids_and_their_manifests_tell_the_truth(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    home = erased[0]
    assert release_ids(home) == ["2024-1-e1", "2024-2-e1"]
    manifest = current_manifest(home)
    assert manifest is not None
    assert manifest.release_id == "2024-2-e1"
    assert ask(home, "select distinct release_id from landing.recorded_assignments") == [("2024-1-e1",)]
    assert (home.published / "data_docs.html").read_text(encoding="utf-8").startswith("<td>erased-")


def test_kept_months_are_written_anew_too(made: Path, erased: tuple[WarehouseHome, Path, Erased]) -> None:
    before, after = WarehouseHome(made / "warehouse").month("2024-01"), erased[0].month("2024-01")
    assert erased[0].kept_months() == [after]
    assert release_ids(after) == ["2024-1-e1"]
    assert current_manifest(after).release_id == "2024-1-e1"
    stages = "from rpt_stages order by all"
    assert published(after, stages) == published(before, stages)
    assert set(published(after, "select customer_id from fct_customer_events")) <= set(
        published(after, "select customer_id from dim_customers")
    )
    assert before.working_database.exists()
    assert not after.working_database.exists(), "a month that was begun is begun again"


def test_a_release_of_the_present_inputs_is_still_known_as_made_and_recorded(
    company: tuple[WarehouseHome, Path],
) -> None:
    home, landing = company

    def inputs() -> str:
        with duckdb.connect(str(home.working_database), read_only=True) as connection:
            return input_fingerprint(connection, Engine.DUCKDB, "0", None, None)

    before = inputs()
    for place in (home, home.month("2024-01")):
        replace(current_manifest(place), input_fingerprint=before).write(place.published)
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("insert into landing.recorded_publications (input_fingerprint) values ($1)", [before])
    erase(home, EMAIL, landing)
    assert inputs() != before
    assert {current_manifest(place).input_fingerprint for place in (home, home.month("2024-01"))} == {inputs()}
    assert ask(home, "select input_fingerprint from landing.recorded_publications") == [(inputs(),)]


def test_exports_keep_the_arms_and_write_to_nobody_erased(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    folder = erased[0].folder / "exports" / "plan_w1"
    assert (folder / "assignments.csv").read_text(encoding="utf-8").count("treatment") == 2
    assert (folder / "contacts.csv").read_text(encoding="utf-8").splitlines()[1:] == []


def test_logs_keep_all_else(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    home = erased[0]
    assert "\ngood\n" in (home.folder / "last_run.log").read_text(encoding="utf-8")
    assert not (home.dbt_target("duckdb") / "partial_parse.msgpack").exists()
    for history in home.dagster_folder.rglob("runs.db"):
        with closing(sqlite3.connect(history)) as connection:
            ((event,),) = connection.execute("select event from events").fetchall()
        assert json.loads(event)["refusals"][0].startswith("of erased, erased-")


def test_what_is_sent_again_is_erased_before_it_lands(
    erased: tuple[WarehouseHome, Path, Erased], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(erased[0].folder.parent, tmp_path / "company", symlinks=True))
    home, landing = WarehouseHome(folder / "warehouse"), folder / "landing"
    before = ask(home, "select count(*) from raw.crm__leads"), ask(home, "from landing.quarantine")
    shutil.rmtree(landing)
    write_files(landing)
    late = (
        f"lead_id,name,email,created_at\nLEAD-77001,{NAME},{EMAIL},2024-01-01\nLEAD-9,{NAME},{ODD_EMAIL},2024-05-05\n"
    )
    (landing / "crm/leads/late.csv").write_text(late, encoding="utf-8")
    with duckdb.connect(str(home.working_database)) as connection:
        report = land_folder(connection, landing, returns=ErasedReturns(connection, home))
    assert {outcome.name: outcome.status for outcome in report.files}.pop("crm/leads/late.csv") == "landed"
    assert [outcome.status for outcome in report.files].count("skipped") == 7, "the erased files, byte for byte"
    assert ask(home, "select count(*) from raw.crm__leads") == [(before[0][0][0] + 2,)]
    assert ask(home, "from landing.quarantine") == before[1]
    assert ask(home, "select sum(rows_count)::int from landing.erased_returns") == [(16,)]
    assert found_in([home.folder, landing], IDENTIFIERS) == {}


class Eraser:
    """A process that erases in children of its own, which are killed."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("killed_erasure.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)},
        )

    def erase(self, home: WarehouseHome, landing: Path, number: int = 0) -> tuple[int, int]:
        """Erase Ada and return the exit code and the number of moments."""
        self.process.stdin.write(f"{home.folder}\t{landing}\t{ADA_LEAD}\t{number}\n")
        self.process.stdin.flush()
        code, count = self.process.stdout.readline().split()
        return int(code), int(count)


@pytest.fixture(scope="module")
def eraser() -> Iterator[Eraser]:
    eraser = Eraser()
    yield eraser
    eraser.process.stdin.close()
    eraser.process.wait()


MOMENTS = 70  # about as many as there are, and a few more
FEW = (5, 20, 35)


@pytest.mark.parametrize(
    "number", [n if n in FEW else pytest.param(n, marks=pytest.mark.slow) for n in range(1, MOMENTS)]
)
def test_killed_at_any_moment_the_next_erasure_completes_it(
    company: tuple[WarehouseHome, Path], eraser: Eraser, number: int
) -> None:
    home, landing = company
    code, _ = eraser.erase(home, landing, number)
    assert code in (0, -signal.SIGKILL)
    assert published(home, "select customers_count from rpt_stages order by all") == [(1,), (2,)], "readers are served"
    if code:
        with suppress(ErasureError):  # it had not begun, or all was done but to say so
            erase(home, None, landing)
        with suppress(ErasureError):
            erase(home, ADA_LEAD, landing)
    assert found_in([home.folder, landing], IDENTIFIERS) == {}
    assert release_ids(home) == ["2024-1-e1", "2024-2-e1"]
    assert release_ids(home.month("2024-01")) == ["2024-1-e1"]
    assert ask(home, "select raw_rows_count, landing_files_count, releases_count from landing.erasures") == [(12, 7, 3)]
    assert [path for path in home.folder.parent.rglob(".*") if path.name != ".published"] == []
    assert (home.folder / "exports/plan_w1/assignments.csv").read_text(encoding="utf-8").count("treatment") == 2


def test_without_the_salt_nothing_is_recognised_any_more(
    erased: tuple[WarehouseHome, Path, Erased], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(erased[0].folder.parent, tmp_path / "company", symlinks=True))
    home = WarehouseHome(folder / "warehouse")
    home.erasure_salt.unlink()
    late = folder / "landing/crm/leads/late.csv"
    late.write_text(f"lead_id,email,created_at\nLEAD-77001,{EMAIL},2024-01-01\n", encoding="utf-8")
    with duckdb.connect(str(home.working_database)) as connection:
        land_folder(connection, folder / "landing", returns=ErasedReturns(connection, home))
    assert ask(home, f"select count(*) from raw.crm__leads where email = '{EMAIL}'") == [(1,)]


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("nobody@example.org", "Nobody is known by 'nobody@example.org'"),
        ("HOME-9", "'HOME-9' belongs to several customers: bob, cleo. Name one of them."),
        ("info@example.org", "'info@example.org' is shared by so many"),
        (None, "No erasure was cut off"),
    ],
)
def test_whoever_cannot_be_erased_is_told_why(company: tuple[WarehouseHome, Path], who: str | None, told: str) -> None:
    home, landing = company
    before = home.working_database.stat().st_ino
    with pytest.raises(ErasureError, match=re.escape(told)):
        erase(home, who, landing)
    assert home.working_database.stat().st_ino == before


def test_a_run_that_goes_on_is_not_disturbed(company: tuple[WarehouseHome, Path]) -> None:
    home, landing = company
    with FileLock(home.writer_lock), pytest.raises(ErasureError, match="try again when it has ended"):
        erase(home, EMAIL, landing)


def test_readers_keep_the_release_that_they_opened_and_files_elsewhere_are_told(
    company: tuple[WarehouseHome, Path], tmp_path: Path
) -> None:
    home, landing = company
    (landing / "crm/leads/2024.csv").rename(tmp_path / "moved.csv")
    with duckdb.connect(str(home.published_database), read_only=True) as reader:
        done = erase(home, PHONE, landing)
        assert reader.execute("select count(*) from dim_customers").fetchall() == [(3,)]
    assert done.unseen_files == ("crm/leads/2024.csv",)


def test_who_never_became_a_customer_is_erased_too(company: tuple[WarehouseHome, Path]) -> None:
    home, landing = company
    assert erase(home, "Stranger@example.org", landing).raw_rows_count == 1
    assert found_in([home.folder, landing], ["stranger@example.org"]) == {}
    assert ask(home, "select ticket_id from raw.support__tickets where requester_key like '%@erased.invalid'") == [
        ("1004",)
    ]
