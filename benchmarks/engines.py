"""Prints what each engine takes for each mart, on copies of the sample company; the rows must be the same.

.venv-spark/bin/python benchmarks/engines.py [--copies N] [--home DIR]

The sample company is landed once; then N - 1 copies of its raw rows are added, and in each copy every id, e-mail
address and phone number is another one. So N copies have N times the customers, and none in common. What a company has
once - products, campaigns, staff, partners - is not copied. With a share below 1, of what customers do only that share
is kept, an order with its lines and payments, a ticket with its comments: a share of 0.15 leaves twelve events each.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console

from expectations.contract import Table, load_contract
from orchestration.engine import Engine
from orchestration.home import SAMPLE_COMPANY, WarehouseHome
from orchestration.landing.ledger import request_build
from orchestration.landing.loading import land_folder
from orchestration.parity import build_on, compare_builds
from orchestration.refresh import RefreshRequest
from orchestration.summary import print_parity

HELD_ONCE = ("users", "campaigns", "ad_spend", "products", "partners", "partner_history", "surveys", "slas")
HELD_ONCE += ("staff_events", "trainings")
IDS_OF_HELD_ONCE = ("user_id", "owner_id", "assignee_id", "changed_by", "trainer_id", "campaign_id", "product_id")
IDS_OF_HELD_ONCE += ("copy_id", "partner_id", "via_partner_id", "survey_id", "article_id", "experiment_id")
WHO_CUSTOMERS_ARE = ("accounts", "contacts", "leads", "contracts", "deals", "subscriptions", "experiment_assignments")


def column_of_copy(name: str) -> str:
    """Return the SQL of a column in copy number `copy`: what names somebody or something is told apart."""
    if name == "phone":  # phone numbers are joined by their last eleven digits
        return "phone || lpad(copy::varchar, 4, '0')"
    if name == "email":
        return "'copy' || copy || '.' || email"
    if name in IDS_OF_HELD_ONCE:
        return f'"{name}"'
    if name.endswith(("_id", "_key")) or name in ("merged_into",):
        return f"\"{name}\" || '~' || copy"
    return f'"{name}"'


def multiply(connection: duckdb.DuckDBPyConnection, table: Table, copies: int, share: float) -> None:
    """Add copies of a raw table's rows, thinned out where customers do something."""
    if table.name in HELD_ONCE:
        return
    names = [row[0] for row in connection.execute(f"describe raw.{table.raw_name}").fetchall()]
    columns = ", ".join(column_of_copy(name) for name in names)
    belongs_to = next((name for name in ("order_id", "ticket_id") if name in names), None)
    unit = f"coalesce({belongs_to}, md5(original::varchar))" if belongs_to else "md5(original::varchar)"
    kept = "true" if table.name in WHO_CUSTOMERS_ARE else f"hash({unit}, copy) % 1000 < {share * 1000:.0f}"
    source = f"raw.{table.raw_name} as original cross join range(1, {copies}) as copies(copy)"
    connection.execute(f"insert into raw.{table.raw_name} select {columns} from {source} where {kept}")


def land_copies(home: WarehouseHome, copies: int, share: float = 1) -> None:
    """Land the sample company and multiply it."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.working_database)) as connection:
        land_folder(connection, SAMPLE_COMPANY, ())
        request_build(connection, None, None)
        for table in load_contract().tables.values():
            multiply(connection, table, copies, share)


def main() -> None:
    """Read the command line, build on both engines, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--home", type=Path, help="a folder that is not there yet; else a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = WarehouseHome((options.home or Path(temporary) / "warehouse").resolve())
        land_copies(home, options.copies)
        builds = {}
        for engine in Engine:
            began = time.perf_counter()
            builds[engine] = build_on(RefreshRequest(home, SAMPLE_COMPANY), engine, lambda _step: None)
            Console().print(f"{engine}: {time.perf_counter() - began:.0f} s from landing folder to publication")
        print_parity(Console(), builds, compare_builds(*builds.values()))


if __name__ == "__main__":
    main()
