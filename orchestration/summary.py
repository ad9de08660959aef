"""What the command line tells after a run: what came in, who is where, where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
from rich.table import Table

from orchestration.publishing.release import current_manifest

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.backfill import MonthResult
    from orchestration.engine import Engine
    from orchestration.home import WarehouseHome
    from orchestration.parity import EngineBuild, TableComparison
    from orchestration.privacy.erasure import Erased

_STAGES = """
    select stages.stage, stages.owner_team, count(intervals.entity_id) as customers_count
    from dim_stages as stages
    left join fct_stage_intervals as intervals
        on stages.lifecycle_id = intervals.lifecycle_id and stages.stage = intervals.stage and intervals.is_current
    where stages.lifecycle_id = 'customer'
    group by stages.stage, stages.owner_team, stages.stage_code
    order by stages.stage_code
"""


def print_summary(console: Console, home: WarehouseHome, landing: dict[str, Any] | None, seconds: float) -> None:
    """Print what a run did and where its results are."""
    manifest = current_manifest(home)
    if manifest is None:
        return
    if landing:
        _print_landing(console, landing)
    _print_stages(console, home)
    rows = sum(table.rows_count for table in manifest.tables.values())
    count = f"{len(manifest.tables)} tables, {rows:,} rows"
    console.print(f"\nRelease {manifest.release_id}, as of {manifest.as_of} UTC, {count}.")
    for name, path in (
        ("Published file", home.published_database),
        ("Parquet", home.published / "parquet"),
        ("Data docs", home.published / "data_docs.html"),
    ):
        console.print(f"  {name + ':':<16}{path}", markup=False)
    console.print(f"  {'Lineage:':<16}`make ui`, then http://localhost:3000")
    if manifest.requested_as_of or manifest.requested_known_at:
        console.print("  This release looks back, as asked; run without --as-of and --known-at to return.")
    console.print(f"Done in {seconds:.1f} s.")


def _print_landing(console: Console, landing: dict[str, Any]) -> None:
    console.print(
        f"\nFiles: {landing['files_landed']} loaded, "
        f"{landing['files_skipped']} skipped (same content as one loaded before), "
        f"{landing['files_refused']} refused."
    )
    console.print(f"Rows: {landing['rows_landed']:,} loaded, {landing['rows_quarantined']:,} quarantined with reasons.")
    if landing["rows_erased_again"]:
        count = f"{landing['rows_erased_again']:,} rows of persons who were erased"
        console.print(f"Sent again: {count}. Their files were written anew before they were loaded.")
    for message in landing["refusals"]:
        console.print(f"  refused: {message}", markup=False)
    for message in landing["added_columns"]:
        console.print(f"  added column kept: {message}", markup=False)
    if landing["unrecognised"]:
        console.print(f"  not recognised: {', '.join(landing['unrecognised'])}", markup=False)


def _print_stages(console: Console, home: WarehouseHome) -> None:
    table = Table("stage", "owner", title="Customers by stage", title_justify="left", box=None)
    table.add_column("customers", justify="right")
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        for stage, owner, count in connection.execute(_STAGES).fetchall():
            table.add_row(stage, owner, f"{count:,}")
    console.print()
    console.print(table)


def print_obstacle(console: Console, home: WarehouseHome | None, message: str) -> None:
    """Print what stands in the way, and what readers see meanwhile."""
    console.print(message, style="red", markup=False)
    if home:
        console.print(f"Readers see {_shown(home)}.", markup=False)


def _shown(home: WarehouseHome) -> str:
    try:
        shown = current_manifest(home)
    except OSError:
        return "what they saw"
    return f"release {shown.release_id}, as of {shown.as_of} UTC" if shown else "nothing yet"


def print_month(console: Console, done: MonthResult) -> MonthResult:
    """Print what became of a month, and return it."""
    if done.alert:
        console.print(done.alert.text, markup=False)
    elif done.manifest:
        rows = sum(table.rows_count for table in done.manifest.tables.values())
        how = "kept" if done.is_new else "nothing new, kept before"
        console.print(f"{done.month}: {how}, as of {done.manifest.as_of} UTC, {rows:,} rows.", markup=False)
    return done


def print_erasure(console: Console, done: Erased) -> None:
    """Print what an erasure changed, and whether anything of the person is left."""
    console.print(
        f"Erasure {done.erasure_id}: {done.raw_rows_count:,} rows of raw, {done.files_count} landing files, "
        f"{done.releases_count} releases and {done.logs_count} logs were written anew."
    )
    for name in done.unseen_files:
        console.print(f"  landed from a file that is not in the folder now: {name}", style="red", markup=False)
    for path, count in done.left.items():
        console.print(f"  still tells of the person, {count} times: {path}", style="red", markup=False)
    if not done.left:
        console.print("Every file of the warehouse and of the landing folder was searched: none tells of the person.")
    console.print("Readers see the same figures; the next build is made of the erased rows.")


def print_parity(console: Console, builds: dict[Engine, EngineBuild], comparisons: dict[str, TableComparison]) -> None:
    """Print, for each mart, its rows, how many differ, and how long each engine took to build it."""
    table = Table("mart", box=None)
    for title in ("rows", "differences", *(f"{engine} s" for engine in builds)):
        table.add_column(title, justify="right")
    for name, comparison in comparisons.items():
        seconds = (f"{build.seconds_by_model.get(name, 0):.2f}" for build in builds.values())
        table.add_row(name, f"{comparison.rows_count:,}", f"{comparison.differences_count:,}", *seconds)
    table.add_section()
    models = (f"{sum(build.seconds_by_model.values()):.1f}" for build in builds.values())
    table.add_row("all models, these among them", "", "", *models)
    table.add_row("dbt build, tests included", "", "", *(f"{build.seconds_in_all:.1f}" for build in builds.values()))
    console.print(table)
    for name, comparison in comparisons.items():
        for example in comparison.examples:
            console.print(f"\n{name}\n{example}", style="red", markup=False)
