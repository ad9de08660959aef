"""`lifecycle run`, end to end, in processes of their own."""

from __future__ import annotations

import gzip
import hashlib
import random
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from building import CompiledProject
from conftest import lifecycle

from orchestration.defs.publication import publish
from orchestration.defs.resources import Warehouse
from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.publishing.release import current_manifest, release_ids

of_the_sample = pytest.mark.xdist_group("sample")

ARRIVAL_COLUMNS = ("loaded_at", "known_from_at")  # when rows came in differs from load to load
ARRIVAL_TABLE = "rpt_restatements"  # what was told before, and what came after it


def landing(folder: Path, *, second_day: bool) -> Path:
    """Write a very small company; on its second day a customer buys again and a late lead comes in."""
    leads = ["L1,a@x.test,2024-01-01", "L2,b@x.test,2024-01-02"]
    orders = ["O1,C1,a@x.test,2024-02-01,50.00", "O2,C2,b@x.test,2024-02-03,20.00"]
    if second_day:
        leads.append("L3,a@x.test,2023-12-01")
        orders += ["O3,C1,a@x.test,2024-03-01,70.00", "O4,C2,b@x.test,2024-11-01,5.00"]
    write(folder / "crm" / "leads" / f"day_{second_day + 1}.csv", ["lead_id,email,created_at", *leads])
    header = "order_id,customer_id,email,ordered_at,gross_amount"
    write(folder / "orders" / "orders" / f"day_{second_day + 1}.csv", [header, *orders])
    return folder


def put_broken_files(folder: Path) -> None:
    """Put files of every kind of fault beside those of the company."""
    header = "order_id,customer_id,email,ordered_at,gross_amount"
    write(folder / "orders" / "orders" / "odd.csv", [header, "X1,C9,c@x.test,9999-12-31,1", "X2,C9,,0001-01-01,1e400"])
    write(folder / "orders" / "payments" / "header\n.csv", ["id", "1"])
    write(folder / "crm" / "contacts" / "not.parquet", ["contact_id,created_at"])
    (folder / "crm" / "contacts" / "cut.csv.gz").write_bytes(gzip.compress(b"contact_id,created_at\n")[:-4])
    (folder / "crm" / "leads" / "latin.csv").write_bytes(b"lead_id,created_at,name\nX3,2024-01-01,Zo\xeb\n")
    (folder / "crm" / "leads" / "\udcff.jsonl").write_bytes(b'{"lead_id": "X4", "a\\u0000b": 1}\n')
    (folder / "crm" / "leads" / "gone.csv").symlink_to("nowhere.csv")
    write(folder / "notes.txt", ["no table"])


AT_THEIR_LIMITS = """orders/orders
order_id,customer_id,email,ordered_at,gross_amount
O7,C7,old@x.test,1900-01-01,10.00
O8,C1,a@x.test,2024-01-05,MOST
O9,C1,a@x.test,2024-01-06,MOST
O10,C2,b@x.test,2024-01-06,-MOST
O11,C2,b@x.test,2024-01-07,

crm/activities
activity_id,contact_id,type,occurred_at,unit_cost
A1,P1,call,1900-01-01,MOST

crm/campaigns
campaign_id,name,channel,started_date,ended_date,cost
M1,m,ads,1900-01-01,9999-12-31,MOST
M2,m2,ads,9999-12-31,9999-12-31,5

crm/contacts
contact_id,email,created_at,birth_year
P1,a@x.test,1900-01-01,2100

crm/contracts
contract_id,contact_id,started_date,ended_date,value,status
K1,P1,1900-01-01,9999-12-31,MOST,active
K2,P1,9999-12-31,1900-01-01,1,active

crm/deals
deal_id,contact_id,stage,created_at,expected_close_date,amount
D1,P1,qualified,1900-01-01,9999-12-31,MOST

crm/users
user_id,team,valid_from_at,valid_to_at
U1,sales,1900-01-01,9999-12-31
U2,sales,9999-12-31 23:59:59,

loyalty/coupons
coupon_id,customer_id,issued_at,expires_at,amount
X1,C1,1900-01-01,9999-12-31 23:59:59,MOST

loyalty/point_movements
customer_id,occurred_at,delta,reason
C1,1900-01-01,MOST,a
C1,2024-01-01,MOST,b

marketing/ad_spend
spend_date,channel,campaign_id,amount
1900-01-01,ads,M1,MOST
9999-12-31,ads,M1,MOST

orders/deliveries
order_id,promised_at,delivered_at
O1,9999-12-31,2024-02-02
O2,1900-01-01,2024-02-05

orders/invoices
invoice_id,order_id,issued_at,due_date,amount
I1,O1,1900-01-01,9999-12-31,MOST
I2,O8,2024-01-05,1900-01-01,MOST

orders/order_lines
order_id,line_number,quantity,unit_price,discount_amount,amount
O11,1,99999999999,10,,
O11,2,-999999999999,MOST,,
O9,2147483647,1e-300,0.00001,,

orders/payments
payment_id,order_id,invoice_id,paid_at,amount
Y1,O1,I1,1900-01-02,MOST

orders/refunds
refund_id,order_id,refunded_at,amount
R1,O8,2024-01-06,MOST
R2,O9,2024-01-07,-MOST

orders/subscriptions
subscription_id,customer_id,plan,mrr,started_at,ended_at
S1,C1,p,MOST,1900-01-01,9999-12-31 23:59:59
S2,C2,p,1,9999-12-31,1900-01-01

staff/trainings
training_id,user_id,held_at,hours
T1,U1,1900-01-01,99999999999"""


def put_values_at_their_limits(folder: Path) -> None:
    """Put rows that the contract lets in though nobody means them; they must not stop anything."""
    for block in AT_THEIR_LIMITS.replace("MOST", "999999999999.9999").split("\n\n"):
        table, *lines = block.splitlines()
        write(folder / table / "limits.csv", lines)


BROKEN = r"""  refused: crm/contacts/cut.csv.gz, line 2: the gzip stream is cut off or damaged
  refused: crm/contacts/not.parquet: the name says parquet, but the content is text. Rename it or export it again.
  refused: crm/leads/\xff.jsonl, column 'a\x00b': the column's name has a NUL character. Rename it.
  refused: crm/leads/latin.csv, line 2, column 'name': byte 0xEB is not UTF-8. Export it as UTF-8,
  refused: orders/payments/header\n.csv, line 1, column 'payment_id': the header lacks this column,
  not recognised: crm/leads/gone.csv (not a file), notes.txt""".splitlines()


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def tables(home: WarehouseHome, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple]]:
    """Return every published row, table by table, but of those that tell of runs."""
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        found: dict[str, list[tuple]] = {}
        names = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        for name in sorted(names - set(MARTS_OF_RUNS)):
            columns = [row[0] for row in connection.execute(f"describe {name}").fetchall() if row[0] not in without]
            found[name] = connection.execute(f"select {', '.join(columns)} from {name} order by all").fetchall()
    return found


def published(home: WarehouseHome, sql: str) -> list[tuple]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def published_bytes(home: WarehouseHome) -> str:
    return hashlib.sha256(home.published_database.read_bytes()).hexdigest()


@of_the_sample
def test_the_sample_company_is_published_and_the_summary_says_what_happened(
    sample_run: tuple[WarehouseHome, str],
) -> None:
    home, told = sample_run
    assert "144,514 loaded, 45 quarantined" in told
    assert "refused: orders/payments/2025_broken_export.csv, line 1, column 'paid_at'" in told
    assert "added column kept: marketing/sessions/2025.csv.gz: device" in told
    assert "1 skipped" in told
    assert "Customers by stage" in told
    assert str(home.published_database) in told
    manifest = current_manifest(home)
    assert manifest is not None
    assert manifest.as_of is not None
    assert manifest.as_of.startswith("2025-12-31")
    assert manifest.tables["dim_customers"].rows_count > 2000
    page = (home.published / "data_docs.html").read_text(encoding="utf-8")
    assert "no_personal_values" in page
    assert "2025_broken_export.csv" in page
    assert "http" not in page.split("<style>")[1], "the page must read offline"


@of_the_sample
def test_a_second_run_changes_nothing(sample_run: tuple[WarehouseHome, str]) -> None:
    home, _ = sample_run
    before = published_bytes(home), release_ids(home)
    done = lifecycle("run", home=home.folder)
    assert done.returncode == 0
    assert "Nothing new" in done.stdout
    publish(Warehouse(home_folder=str(home.folder)))  # as the schedule would, after building the same again
    assert (published_bytes(home), release_ids(home)) == before


@of_the_sample
def test_no_published_text_names_a_person(sample_run: tuple[WarehouseHome, str]) -> None:
    home, _ = sample_run
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        emails = connection.execute("select distinct lower(trim(email)) from raw.crm__contacts").fetchall()
        phones = connection.execute("select distinct phone from raw.crm__contacts where phone is not null").fetchall()
    content = b"".join(path.read_bytes() for path in home.published.resolve().rglob("*.duckdb"))
    for (value,) in [*emails[:200], *phones[:200]]:
        if value:
            assert value.encode() not in content


@of_the_sample
def test_arrival_in_another_order_and_twice_gives_the_same_tables(
    sample_run: tuple[WarehouseHome, str], tmp_path: Path
) -> None:
    home, _ = sample_run
    company = PROJECT_FOLDER / "seeds" / "company"
    files = sorted(path for path in company.rglob("*") if path.is_file())
    random.Random(3).shuffle(files)
    third, other = len(files) // 3, WarehouseHome(tmp_path / "warehouse")
    for part, names in ((files[: 2 * third], ""), (files[third:], "again_")):
        folder = tmp_path / f"landing_{names}"
        for path in part:
            target = folder / path.relative_to(company).with_name(names + path.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        CompiledProject.of(home).publish_landed(other, folder)
    found, expected = (tables(place, without=ARRIVAL_COLUMNS) for place in (other, home))
    assert found.pop(ARRIVAL_TABLE) != expected.pop(ARRIVAL_TABLE)
    assert found == expected


def test_a_warehouse_through_its_days(tmp_path: Path) -> None:
    home, folder = WarehouseHome(tmp_path / "warehouse"), tmp_path / "in"

    # two days, each published
    landing(folder, second_day=False)
    assert lifecycle("run", "--landing", folder, home=home.folder).returncode == 0
    first, first_known_at = tables(home), current_manifest(home).known_at
    landing(folder, second_day=True)
    assert lifecycle("run", "--landing", folder, home=home.folder).returncode == 0
    second = tables(home)
    assert second != first

    # the late lead is older, so it names the customer: of what was told of January one id is gone, and one is there
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        restated = connection.execute("""
            select as_of_month_start_date::varchar, entities_count, changed_entities_count, merge_count
            from rpt_restatements where changed_entities_count > 0 order by all
        """).fetchall()
    assert restated == [("2023-12-01", 1, 1, 1), ("2024-01-01", 2, 2, 2)]

    # back to the first, and it stays: the same inputs do not publish the second again
    assert lifecycle("rollback", home=home.folder).returncode == 0
    assert tables(home) == first
    assert [line[0] for line in lifecycle("releases", home=home.folder).stdout.splitlines()] == ["*", " "]
    assert lifecycle("rollback", home=home.folder).returncode == 1
    assert "which was rolled back" in lifecycle("run", "--landing", folder, home=home.folder).stdout
    publish(Warehouse(home_folder=str(home.folder)))  # as the schedule would, after building the same again
    assert tables(home) == first
    assert lifecycle("rollback", release_ids(home)[-1], home=home.folder).returncode == 0
    assert tables(home) == second

    # a failed check keeps what readers had, says so and exits non-zero
    before = published_bytes(home)
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create table kept as from raw.orders__orders; delete from raw.orders__orders")
    write(folder / "crm" / "leads" / "day_3.csv", ["lead_id,email,created_at", "L9,z@x.test,2024-11-02"])
    done = lifecycle("run", "--landing", folder, home=home.folder)
    assert done.returncode == 1
    assert "Not published" in done.stdout
    assert "marts/fct_orders: volume_holds; owner: Sales" in done.stdout
    assert f"Readers still see release {current_manifest(home).release_id}" in done.stdout
    assert "What to do:\n  See whether a source sent only a part" in done.stdout
    shown_by = next(line.partition("the rows: ")[2] for line in done.stdout.splitlines() if "the rows: " in line)
    shown = subprocess.run(["/bin/sh", "-c", shown_by], capture_output=True, text=True, check=True).stdout
    assert "volume_holds" in shown
    assert published_bytes(home) == before

    # a build of what was known then equals the publication made then
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("insert into raw.orders__orders from kept; drop table kept")
    done = lifecycle("run", "--landing", folder, "--known-at", first_known_at, home=home.folder)
    assert done.returncode == 0
    assert "looks back" in done.stdout
    assert tables(home) == first

    # it tells of every run, itself included, and of the check that failed, with its figure
    runs = "select run_outcome, failed_step, landed_rows_count, is_looking_back, checks_count > 1000, release_id"
    newest = current_manifest(home).release_id
    assert published(home, f"{runs} = '{newest}' from rpt_run_history order by run_number") == [
        ("published", None, 4, False, True, False),
        ("published", None, 7, False, True, False),
        ("failed", "audit_build_models", 1, False, True, None),
        ("published", None, 0, True, True, True),
    ]
    broken = "select run_number, figure, at_least from rpt_data_health where outcome != 'passed' and severity = 'error'"
    assert published(home, f"{broken} and table_name = 'fct_orders'") == [(3, 0.0, 0.5)]
    stale = "select run_number, owner_team, figure from rpt_data_health where check_name = 'is_fresh' and figure > 0"
    assert published(home, f"{stale} and table_name = 'crm.leads' order by all limit 2") == [
        (1, "sales", 25.0),  # the newest event is the order of February 3rd, the newest lead of January 2nd
        (2, "sales", 297.0),
    ]
    arrived = "select arrived_rows_count from rpt_table_history where table_name = 'orders.orders' order by run_number"
    assert published(home, arrived) == [(2,), (4,), (0,), (0,)]


@of_the_sample
def test_as_of_bounds_what_has_happened(sample_run: tuple[WarehouseHome, str], tmp_path: Path) -> None:
    home = WarehouseHome(tmp_path / "warehouse")
    folder = landing(tmp_path / "in", second_day=True)
    CompiledProject.of(sample_run[0]).publish_landed(home, folder, as_of="2024-02-02")
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        events = connection.execute("select max(occurred_at)::varchar from fct_customer_events").fetchone()
        stages = connection.execute("select lifecycle_stage from dim_customers order by 1").fetchall()
    assert events == ("2024-02-01 00:00:00",)
    assert sorted(stage for (stage,) in stages) == ["known", "new_customer"]


def test_a_wrong_mapping_is_told_with_its_line_and_nothing_runs(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yml"
    write(
        mapping,
        ["files:", '  - pattern: "*.csv"', "    tables:", "      orders.ordres:", "        columns: {}"],
    )
    done = lifecycle("run", "--mapping", mapping, home=tmp_path / "warehouse")
    assert done.returncode == 2
    assert "mapping.yml line 4" in done.stdout
    assert "did you mean 'orders.orders'" in done.stdout
    assert not (tmp_path / "warehouse").exists()
