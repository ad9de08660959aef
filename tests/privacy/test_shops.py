"""A customer of two shops is erased in both; who bears the same ids in the other shop is left as she is."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from searching import found_in

from expectations.contract import load_contract
from orchestration.home import WarehouseHome
from orchestration.landing.loading import land_folder
from orchestration.privacy.erasure import Erased, erase
from orchestration.privacy.landing_files import ErasedReturns
from orchestration.privacy.persons import ErasureError

EMAIL, OTHER_EMAIL = "ada@example.org", "dora@example.org"
FILES = {
    "berlin/crm/leads.csv": (
        "lead_id,person_key,name,email,created_at,converted_contact_id\n"
        f"LEAD-1,7001,Ada Byron,{EMAIL},2024-01-01,CONT-1\n"
        "LEAD-2,7002,Dora Mill,dora@example.org,2024-01-01,CONT-2\n"
        "LEAD-1,too,many,or,too,few,fields\n"
        "LEAD-1,7001,,,never,\n"
    ),
    "berlin/crm/lead_history.csv": (
        "object_id,field,old_value,new_value,changed_at\nLEAD-1,person_key,,7001,2024-01-02\n"
        "LEAD-2,person_key,,7002,2024-01-02\n"
    ),
    "berlin/orders/orders.csv": "order_id,customer_id,ordered_at\n1,7001,2024-02-01\n2,7002,2024-02-01\n",
    "paris/crm/leads.csv": (
        "lead_id,person_key,name,email,created_at\n"
        f"LEAD-1,7001,Dora Mill,dora@example.org,2024-01-01\nLEAD-2,7002,Ada Byron,{EMAIL},2024-01-01\n"
        "LEAD-1,7001,,,never\nLEAD-2,7002,,,never\n"
    ),
    "paris/orders/orders.csv": "order_id,customer_id,ordered_at\n1,7001,2024-02-01\n2,7002,2024-02-01\n",
    "rome/orders/orders.csv": "order_id,customer_id,ordered_at\n1,7001,2024-02-01\n2,7002,2024-02-01\n",
}
NODES = {
    "ada": (
        "lead:berlin:LEAD-1",
        "contact:berlin:CONT-1",
        "buyer:berlin:7001",
        "lead:paris:LEAD-2",
        "buyer:paris:7002",
    ),
    "dora": ("lead:berlin:LEAD-2", "buyer:berlin:7002", "lead:paris:LEAD-1", "buyer:paris:7001"),
}


def write_files(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> tuple[WarehouseHome, Path, Erased]:
    folder = tmp_path_factory.mktemp("shops")
    home, landing = WarehouseHome(folder / "warehouse"), write_files(folder / "landing")
    home.folder.mkdir()
    with duckdb.connect(str(home.working_database)) as connection:
        land_folder(connection, landing)
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.int_identity_map (party_key varchar, customer_id varchar)")
        rows = [[node, customer] for customer, nodes in NODES.items() for node in nodes]
        connection.executemany("insert into intermediate.int_identity_map values ($1, $2)", rows)
    with pytest.raises(ErasureError, match="Nobody is known by '7001'"):
        erase(home, "7001", landing)
    return home, landing, erase(home, "paris:7002", landing)


def raw_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    without = "_content_hash, _loaded_at, _source_file"
    return {
        table.id: connection.execute(f"select * exclude ({without}) from raw.{table.raw_name} order by all").fetchall()
        for table in load_contract().tables.values()
    }


def test_the_person_is_erased_in_every_shop_and_nobody_else(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    home, landing, done = erased
    assert (done.left, done.unseen_files, done.files_count) == ({}, (), 5)
    kept = {"Dora Mill", OTHER_EMAIL, "LEAD-1", "LEAD-2", "7001", "7002"}
    lost = {EMAIL, "Ada Byron", "berlin:LEAD-1", "paris:LEAD-2", "CONT-1"}
    assert set(found_in([home.folder, landing], kept | lost)) == kept
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        leads = connection.execute(
            "select lead_id, person_key, name from raw.crm__leads order by name, lead_id"
        ).fetchall()
        orders = connection.execute("select order_id, customer_id from raw.orders__orders order by all").fetchall()
        history = connection.execute("select object_id, new_value from raw.crm__lead_history order by all").fetchall()
        aside = connection.execute("select source_file, source_row, row_text from landing.quarantine order by all")
        texts = {(file.split("/")[0], row): text for file, row, text in aside.fetchall()}
    assert leads[:2] == [
        ("berlin:LEAD-2", "berlin:7002", "Dora Mill"),
        ("paris:LEAD-1", "paris:7001", "Dora Mill"),
    ]
    ((lead, buyer, _), (other_lead, other_buyer, _)) = leads[2:]
    assert [text.rpartition("-")[0][:14] for text in (lead, buyer)] == ["berlin:erased-"] * 2
    assert [text.rpartition("-")[0][:13] for text in (other_lead, other_buyer)] == ["paris:erased-"] * 2
    assert orders == [
        ("berlin:1", buyer),
        ("berlin:2", "berlin:7002"),
        ("paris:1", "paris:7001"),
        ("paris:2", other_buyer),
        ("rome:1", "rome:7001"),
        ("rome:2", "rome:7002"),
    ]
    assert history == [("berlin:LEAD-2", "berlin:7002"), (lead, buyer)]
    assert {place for place, text in texts.items() if text == "[erased]"} == {
        ("berlin", 3),
        ("berlin", 4),
        ("paris", 4),
    }


def test_the_erased_files_land_as_the_erased_rows(erased: tuple[WarehouseHome, Path, Erased]) -> None:
    home, landing, _ = erased
    with duckdb.connect() as fresh, duckdb.connect(str(home.working_database), read_only=True) as old:
        land_folder(fresh, landing)
        assert raw_rows(fresh) == raw_rows(old)


def test_what_a_shop_sends_again_is_erased_before_it_lands(
    erased: tuple[WarehouseHome, Path, Erased], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(erased[0].folder.parent, tmp_path / "shops"))
    home, landing = WarehouseHome(folder / "warehouse"), folder / "landing"
    shutil.rmtree(landing)
    write_files(landing)
    (landing / "paris/orders/orders").mkdir()
    late = landing / "paris/orders/orders/late.csv"
    late.write_text("order_id,customer_id,ordered_at\n3,7002,2024-03-01\n4,7001,2024-03-01\n", encoding="utf-8")
    with duckdb.connect(str(home.working_database)) as connection:
        before = raw_rows(connection)
        report = land_folder(connection, landing, returns=ErasedReturns(connection, home))
        statuses = {outcome.name: outcome.status for outcome in report.files}
        assert statuses.pop("paris/orders/orders/late.csv") == "landed"
        assert set(statuses.values()) == {"skipped"}, "the erased files, byte for byte"
        after = raw_rows(connection)
        (fresh, others) = sorted(set(after["orders.orders"]) - set(before["orders.orders"]))
    ((buyer,),) = {row[1:2] for row in before["orders.orders"] if row[0] == "paris:2"}
    assert (fresh[:2], others[:2]) == (("paris:3", buyer), ("paris:4", "paris:7001"))
