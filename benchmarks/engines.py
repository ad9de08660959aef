"""Prints what each engine takes for each mart, on copies of the sample company; the rows must be the same.

.venv-spark/bin/python benchmarks/engines.py [--copies N] [--home DIR]

The sample company is landed once; then N - 1 copies of its raw rows are added, and in each copy every id, e-mail
address and phone number is another one. So N copies have N times the customers, and none in common.
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


def column_of_copy(name: str) -> str:
    """Return the SQL of a column in copy number `copy`: what names somebody or something is told apart."""
    if name == "phone":  # phone numbers are joined by their last eleven digits
        return "phone || lpad(copy::varchar, 4, '0')"
    if name == "email":
        return "'copy' || copy || '.' || email"
    if name.endswith(("_id", "_key")) or name in ("merged_into",):
        return f"\"{name}\" || '~' || copy"
    return f'"{name}"'


def multiply(connection: duckdb.DuckDBPyConnection, table: Table, copies: int) -> None:
    """Add copies of a raw table's rows."""
    names = [row[0] for row in connection.execute(f"describe raw.{table.raw_name}").fetchall()]
    columns = ", ".join(column_of_copy(name) for name in names)
    source = f"(from raw.{table.raw_name}) cross join range(1, {copies}) as copies(copy)"
    connection.execute(f"insert into raw.{table.raw_name} select {columns} from {source}")


def land_copies(home: WarehouseHome, copies: int) -> None:
    """Land the sample company and multiply it."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.working_database)) as connection:
        land_folder(connection, SAMPLE_COMPANY, ())
        request_build(connection, None, None)
        for table in load_contract().tables.values():
            multiply(connection, table, copies)


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
