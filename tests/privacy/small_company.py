"""A company of three people whose warehouse was made without a run: files, raw, two releases, a kept
month, a wave, logs.

Ada is to be erased. Her buyer's id is a short number that others bear too, as an order's or a ticket's.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.home import MonthHome, WarehouseHome
from orchestration.landing.loading import land_folder
from orchestration.publishing.release import Manifest, write_release
from orchestration.winback import recording
from orchestration.winback.addresses import Place
from orchestration.winback.arms import TREATMENT
from orchestration.winback.export import export

ADA_LEAD, ADA_CONTACT, ADA_BUYER = "LEAD-77001", "CONT-88001", "1001"
OLD_EMAIL, EMAIL, ODD_EMAIL = "ada.old@example.org", "ada.byron@example.org", "only.here@example.org"
PHONE = "+44 (20) 7946-0958"
NAME, HOUSEHOLD, ADDRESS, TEXT = "Ada Byron-King", "The Byron-Kings", "12 Mill Lane", "Call my sister Augusta instead."
CUSTOMER = hashlib.md5(f"lead:{ADA_LEAD}".encode(), usedforsecurity=False).hexdigest()
FORMER = hashlib.md5(f"contact:{ADA_CONTACT}".encode(), usedforsecurity=False).hexdigest()
EMAIL_HASH = hashlib.sha256(EMAIL.encode()).hexdigest()
PHONE_HASH = hashlib.sha256(b"42079460958").hexdigest()
IDENTIFIERS = (
    ADA_LEAD,
    ADA_CONTACT,
    OLD_EMAIL,
    EMAIL,
    ODD_EMAIL,
    PHONE,
    "442079460958",
    NAME,
    HOUSEHOLD,
    ADDRESS,
    TEXT,
    CUSTOMER,
    FORMER,
    EMAIL_HASH,
    PHONE_HASH,
)

_LEADS = f"""\
lead_id,name,email,phone,account_id,created_at,updated_at,source,status,referrer_id,converted_contact_id
{ADA_LEAD},{NAME},{EMAIL.upper()},{PHONE},HOME-1,2024-01-01 08:00:00,2024-01-02,referral,converted,,{ADA_CONTACT}
LEAD-77002,Bob,bob@example.org,,,2024-01-03 08:00:00,,referral,new,{ADA_CONTACT},

LEAD-77003,"Cleo
Smith",info@example.org,,,2024-01-04 08:00:00,,search_ads,new,,
LEAD-77009,{NAME},{ODD_EMAIL},,,never,,referral,new,,{ADA_CONTACT}
{ADA_LEAD},too,many
"""
_HISTORY = f"""\
object_id,field,old_value,new_value,changed_at,changed_by
{ADA_LEAD},status,new,working,2024-01-02 08:00:00,U1
{ADA_LEAD},email,{OLD_EMAIL},{EMAIL},2024-01-02 08:00:00,U1
{ADA_LEAD},name,Ada,{NAME},2024-01-02 08:00:00,U1
LEAD-77002,status,new,working,2024-01-02 08:00:00,U1
"""
_ACCOUNTS = f"account_id,name,is_b2b\nHOME-1,{HOUSEHOLD},false\nFIRM-1,Bits & Co,true\n"
_CONTACTS = (
    {
        "contact_id": ADA_CONTACT,
        "person_key": 1001,
        "account_id": "HOME-1",
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "birth_year": 1983,
        "city": "London",
        "created_at": "2024-01-02 08:00:00",
        "address": ADDRESS,
        "score": 1.50,
    },
    {"contact_id": "CONT-88002", "name": "Bob", "email": "bob@example.org", "created_at": "2024-01-03 08:00:00"},
)
_TICKETS = f"""\
ticket_id;requester_key;customer_id;created_at;status
1001;bob@example.org;;2024-03-01 08:00:00;solved
1002;{EMAIL};;2024-03-02 08:00:00;open
1003;;1001;2024-03-03 08:00:00;open
1004;stranger@example.org;;2024-03-04 08:00:00;open
"""
_ANSWERS = f"""\
answer_id,survey_id,ticket_id,answered_at,score,text
1,S1,1001,2024-03-05,5,Fine.
2,S1,1002,2024-03-05,1,{TEXT}
"""
_ORDERS = {
    "order_id": ["1001", "1002", "1003"],
    "customer_id": [2002, 1001, 1001],
    "email": ["bob@example.org", EMAIL, None],
    "phone": [None, "0044 20 7946 0958", None],
    "ordered_at": ["2024-02-01 08:00:00", "2024-02-02 08:00:00", "2024-02-03 08:00:00"],
    "gross_amount": [1001.0, 20.5, 30.0],
}


def write_files(folder: Path) -> Path:
    """Write the landing folder."""
    files = {
        "crm/leads/2024.csv": _LEADS.encode(),
        "crm/lead_history/2024.csv": _HISTORY.encode(),
        "crm/accounts/2024.csv": _ACCOUNTS.encode(),
        "support/tickets/2024.csv": _TICKETS.replace("\n", "\r\n").encode(),
        "support/survey_answers/2024.csv": _ANSWERS.encode(),
        "crm/contacts/2024.jsonl.gz": gzip.compress(
            "".join(f"{json.dumps(row)}\n" for row in _CONTACTS).encode(), mtime=0
        ),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "orders" / "orders").mkdir(parents=True)
    pq.write_table(pa.table(_ORDERS), folder / "orders" / "orders" / "2024.parquet")
    return folder


def make_company(folder: Path) -> tuple[WarehouseHome, Path]:
    """Make the company; its warehouse and its landing folder."""
    home, landing = WarehouseHome(folder / "warehouse"), write_files(folder / "landing")
    home.folder.mkdir(parents=True)
    with duckdb.connect(str(home.working_database)) as connection:
        land_folder(connection, landing)
        _identify(connection)
        _record(connection)
    for number, customer in enumerate((FORMER, CUSTOMER), start=1):
        with duckdb.connect(str(home.working_database)) as connection:
            _build(connection, customer)
        write_release(home, _manifest(number), {"data_docs.html": f"<td>{ADA_CONTACT}</td>"})
    _keep_month(home.month("2024-01"))
    export(home, "plan", 1)
    _leave_traces(home)
    return home, landing


def _identify(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema intermediate")
    connection.execute("create table intermediate.int_identity_map (party_key varchar, customer_id varchar)")
    nodes = {
        f"lead:{ADA_LEAD}": CUSTOMER,
        f"contact:{ADA_CONTACT}": CUSTOMER,
        f"buyer:{ADA_BUYER}": CUSTOMER,
        f"email:{EMAIL_HASH}": CUSTOMER,
        f"phone:{PHONE_HASH}": CUSTOMER,
        "lead:LEAD-77002": "bob",
        "contact:CONT-88002": "bob",
        "buyer:2002": "bob",
        "lead:LEAD-77003": "cleo",
        "account:HOME-9": "bob",
        "buyer:HOME-9": "cleo",
    }
    connection.executemany("insert into intermediate.int_identity_map values ($1, $2)", list(map(list, nodes.items())))
    connection.execute("create table intermediate.int_leads as select lead_id, email from raw.crm__leads")


def _record(connection: duckdb.DuckDBPyConnection) -> None:
    made = f"customer|{CUSTOMER}|2024-01-01 08:00:00|known|"
    connection.execute(
        "insert into landing.recorded_transitions (transition_id, lifecycle_id, entity_id, rule_id, occurred_at) "
        "values (md5($1), 'customer', $2, 'known', '2024-01-01 08:00:00')",
        [made, CUSTOMER],
    )
    (place,) = connection.execute(
        "select _content_hash, _source_row from raw.crm__contacts where contact_id = $1", [ADA_CONTACT]
    ).fetchall()
    wave = recording.Wave(1, "plan_w1", datetime(2024, 6, 1), "2024-1")
    unknown = {
        "offer_id": None,
        "weekday": None,
        "hour": None,
        "expected_net_value": None,
        "expected_cost_amount": None,
    }
    members = [
        recording.Member(
            name, TREATMENT, 0.8, priority_number=number, reason="assigned", channel="email", place=spot, **unknown
        )
        for number, (name, spot) in enumerate([(CUSTOMER, Place("crm__contacts", *place)), ("bob", None)], start=1)
    ]
    recording.record_wave(connection, wave, "plan", "salt", members)


def _build(connection: duckdb.DuckDBPyConnection, customer: str) -> None:
    """Build marts; in the first release Ada had the id that her contact gave her."""
    connection.execute("create schema if not exists marts")
    connection.execute(f"""
        create or replace table marts.dim_customers as select * from (values
            ('{customer}', 'London', 'won'), ('bob', null, 'won'), ('cleo', null, 'known')
        ) as t (customer_id, city, stage);
        create or replace table marts.fct_customer_events as
        select md5(source_record_id || source_table) as event_id, * from (values
            ('{customer}', 'leads', '{ADA_LEAD}', 'lead_created'),
            ('{customer}', 'contacts', '{ADA_CONTACT}', 'contact_created'),
            ('{customer}', 'orders', '1002', 'order_placed'),
            ('bob', 'orders', '1001', 'order_placed')
        ) as t (customer_id, source_table, source_record_id, event_type);
        create or replace table marts.fct_evidence as select event_id, 'lead ' || source_record_id as said
        from marts.fct_customer_events;
        create or replace table marts.rpt_stages as
        select stage, count(*) as customers_count from marts.dim_customers group by stage
    """)


def _keep_month(month: MonthHome) -> None:
    """Keep a month, which was begun again: the database in which it is built is still there."""
    month.folder.mkdir(parents=True)
    with duckdb.connect(str(month.working_database)) as connection:
        _build(connection, FORMER)
    write_release(month, _manifest(1), {})


def _manifest(number: int) -> Manifest:
    return Manifest(f"2024-{number}", "2024-06-01T00:00:00+00:00", None, None, str(number), "0", "duckdb 1")


def _leave_traces(home: WarehouseHome) -> None:
    (home.folder / "last_run.log").write_text(f"cannot read {EMAIL} of 442079460958\ngood\n", encoding="utf-8")
    cache = home.dbt_target("duckdb") / "partial_parse.msgpack"
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"\xff\xfe" + EMAIL.encode())
    home.dagster_folder.mkdir()
    history = sqlite3.connect(home.dagster_folder / "runs.db")
    history.execute("pragma journal_mode = wal")
    history.execute("create table events (id integer, event text)")
    history.execute("insert into events values (1, $1)", [json.dumps({"refusals": [f"of {NAME}, {ADA_LEAD}"]})])
    history.commit()
    copied = home.dagster_folder / "copied"
    copied.mkdir()
    for path in home.dagster_folder.glob("runs.db*"):  # with its log, as a run that was killed leaves it
        shutil.copy(path, copied / path.name)
    history.close()
