"""The command line: one function a command, joining what the tools already do."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer
from rich.console import Console
from typer.core import TyperGroup

from orchestration.clocks import instant_of
from orchestration.engine import Engine, EngineMissingError, demand
from orchestration.home import DICTIONARY_FOLDER, PROJECT_FOLDER, SAMPLE_COMPANY, WarehouseHome

if TYPE_CHECKING:
    from orchestration.dictionary.tables import Dictionary
    from orchestration.refresh import RefreshRequest, RefreshResult

console = Console(file=sys.__stdout__, highlight=False, soft_wrap=True)


class _Commands(TyperGroup):
    """The commands; a disk or folder that stands in the way of any is told in one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from orchestration.obstacles import is_obstacle, told
            from orchestration.summary import print_obstacle

            if not is_obstacle(error):
                raise
            print_obstacle(console, ctx.obj, told(error))
            raise typer.Exit(2) from None


app = typer.Typer(
    name="lifecycle",
    cls=_Commands,
    help="Customer Lifecycle Warehouse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
dictionary_app = typer.Typer(
    name="dictionary", help="Check, show or tune the business dictionary.", no_args_is_help=True
)
app.add_typer(dictionary_app)
winback_app = typer.Typer(
    name="winback", help="Draw and export the waves of a win-back plan; ask what if.", no_args_is_help=True
)
app.add_typer(winback_app)


def _remember_home(context: typer.Context, home: Path) -> Path:
    context.find_root().obj = WarehouseHome(home.resolve())
    return home


HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="LIFECYCLE_HOME", callback=_remember_home, help="Folder of the warehouse."),
]
EngineOption = Annotated[
    Engine, typer.Option(envvar="LIFECYCLE_ENGINE", help="What builds the models; spark needs Java and its packages.")
]
DictionaryOption = Annotated[
    Path, typer.Option("--folder", help="Folder of the dictionary's tables.", exists=True, file_okay=False)
]
DEFAULT_HOME = PROJECT_FOLDER / "warehouse"


def _instant(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(instant_of(text))
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no instant; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS") from None


@app.command()
def run(
    landing: Annotated[
        Path,
        typer.Option(help="Folder of files, by <source>/<table>/ or by a mapping."),
    ] = SAMPLE_COMPANY,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file for extracts with other names and shapes.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(callback=_instant, help="Nothing after this instant has happened (UTC; a date: its midnight)."),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option(callback=_instant, help="Nothing loaded after this instant is known (UTC; a date: its midnight)."),
    ] = None,
    engine: EngineOption = Engine.DUCKDB,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Land what is new, build, check and publish; tell what happened."""
    from orchestration.dictionary.checks import sound_dictionary
    from orchestration.dictionary.findings import DictionaryError
    from orchestration.landing.mapping import MappingError, load_mapping
    from orchestration.refresh import RefreshRequest, check_places, reason_to_rest
    from orchestration.summary import print_obstacle, print_summary

    began = time.monotonic()
    request = RefreshRequest(
        WarehouseHome(home.resolve()),
        landing.resolve(),
        mapping.resolve() if mapping else None,
        as_of,
        known_at,
        engine,
    )
    try:
        demand(engine)
        sound_dictionary(DICTIONARY_FOLDER)
        mappings = load_mapping(request.mapping_file) if request.mapping_file else ()
    except (EngineMissingError, MappingError) as error:
        print_obstacle(console, request.home, str(error))
        raise typer.Exit(2) from None
    except DictionaryError as error:
        console.print(str(error), style="red", markup=False)
        console.print("The dictionary does not hold, so nothing was run; readers keep what they have.")
        raise typer.Exit(2) from None
    check_places(request)
    if reason := reason_to_rest(request, mappings):
        console.print(reason, markup=False)
        print_summary(console, request.home, None, time.monotonic() - began)
        return
    result = _refresh_with_progress(request)
    if not result.is_published:
        console.print(result.alert.text if result.alert else "Not published.", markup=False)
        raise typer.Exit(1)
    print_summary(console, request.home, result.landing, time.monotonic() - began)


def _refresh_with_progress(request: RefreshRequest) -> RefreshResult:
    from orchestration.refresh import refresh

    with _progress() as progress:
        return refresh(request, progress)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show what goes on: in place on a terminal, else line by line."""
    if not console.is_terminal:
        yield _StepLines()
        return
    with console.status("starting") as status:
        yield status.update


class _StepLines:
    """Prints each new step on a line of its own, for logs."""

    def __init__(self) -> None:
        self.last = ""

    def __call__(self, text: str) -> None:
        step = text.partition(",")[0]
        if step != self.last:
            console.print(f"... {step}", markup=False)
        self.last = step


def _month(text: str | None) -> str | None:
    from orchestration.publishing.months import month_of

    try:
        return text and f"{month_of(text):%Y-%m}"
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no month; write YYYY-MM") from None


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", metavar="MONTH", callback=_month, help="First month, YYYY-MM.")],
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="MONTH", callback=_month, help="Last month; the last that is over if left out."),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option(callback=_instant, help="Nothing loaded after this instant is known (UTC; a date: its midnight)."),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Keep what the tables tell as of the end of each month; readers' release stays as it is."""
    from orchestration.backfill import backfill as keep_months
    from orchestration.publishing.months import MonthError
    from orchestration.summary import print_month, print_obstacle

    place = WarehouseHome(home.resolve())
    try:
        with _progress() as progress:
            results = [print_month(console, done) for done in keep_months(place, first, last, known_at, progress)]
    except MonthError as error:
        print_obstacle(console, place, str(error))
        raise typer.Exit(2) from None
    if results[-1].alert:
        raise typer.Exit(1)
    console.print(f"Kept below {place.months}; docs/publishing.md says how to read them.", markup=False)


@app.command()
def parity(
    landing: Annotated[Path, typer.Option(help="Folder of files.", exists=True, file_okay=False)] = SAMPLE_COMPANY,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file.")] = None,
    home: Annotated[Path, typer.Option(help="Folder of a warehouse for this comparison alone.")] = DEFAULT_HOME
    / "parity",
) -> None:
    """Build on DuckDB and on Spark, and compare every mart row by row."""
    from orchestration.parity import ParityError, build_on, compare_builds
    from orchestration.refresh import RefreshRequest
    from orchestration.summary import print_parity

    request = RefreshRequest(WarehouseHome(home.resolve()), landing.resolve(), mapping.resolve() if mapping else None)
    try:
        demand(Engine.SPARK)
        builds = {engine: build_on(request, engine, _StepLines()) for engine in Engine}
    except (EngineMissingError, ParityError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    comparisons = compare_builds(builds[Engine.DUCKDB], builds[Engine.SPARK])
    print_parity(console, builds, comparisons)
    if any(comparison.differences_count for comparison in comparisons.values()):
        raise typer.Exit(1)


@app.command()
def rollback(
    release: Annotated[
        str | None, typer.Argument(help="A kept release; the one before the present when left out.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Show readers an earlier release again."""
    from filelock import FileLock, Timeout

    from orchestration.publishing.release import PublicationError, roll_back

    place = WarehouseHome(home.resolve())
    try:
        with FileLock(place.writer_lock, timeout=0):
            manifest = roll_back(place, release)
    except Timeout:
        console.print("A run is writing this warehouse; try again when it has ended.", style="red")
        raise typer.Exit(1) from None
    except (PublicationError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print(f"Readers now see release {manifest.release_id}, as of {manifest.as_of}.")
    console.print("The next `lifecycle run` publishes when a file, a model or the dictionary has changed.")


@app.command()
def erase(
    landing: Annotated[
        Path,
        typer.Option(help="Folder of the files that were landed; they are written anew.", exists=True, file_okay=False),
    ],
    customer: Annotated[
        str | None,
        typer.Argument(help="A customer id, or an e-mail address, a phone number or a source's id of the person."),
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file by which they were landed.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Erase a person from files, raw, marts, kept releases, exports and logs; finish what was cut off."""
    from orchestration.landing.mapping import MappingError
    from orchestration.privacy.erasure import erase as erase_person
    from orchestration.privacy.persons import ErasureError
    from orchestration.summary import print_erasure

    place = WarehouseHome(home.resolve())
    try:
        done = erase_person(place, customer, landing.resolve(), mapping.resolve() if mapping else None, _StepLines())
    except (ErasureError, MappingError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    print_erasure(console, done)
    if done.left or done.unseen_files:
        raise typer.Exit(1)


@app.command()
def releases(home: HomeOption = DEFAULT_HOME) -> None:
    """List the kept releases; a star marks what readers see."""
    from orchestration.publishing.release import Manifest, current_manifest, release_ids

    place = WarehouseHome(home.resolve())
    shown = current_manifest(place)
    for name in release_ids(place):
        manifest = Manifest.read(place.releases / name)
        mark = "*" if shown and shown.release_id == name else " "
        rows = sum(table.rows_count for table in manifest.tables.values())
        console.print(f"{mark} {name}  as of {manifest.as_of}  {len(manifest.tables)} tables, {rows:,} rows")


@dictionary_app.command()
def check(folder: DictionaryOption = DICTIONARY_FOLDER) -> None:
    """Tell every fault of the dictionary with its file, line, column and remedy."""
    from orchestration.dictionary.display import contents

    console.print(f"The dictionary holds: {contents(_sound_dictionary(folder))}.")


@dictionary_app.command()
def show(
    lifecycle: Annotated[str, typer.Argument(help="The lifecycle's id, such as customer.")],
    folder: DictionaryOption = DICTIONARY_FOLDER,
) -> None:
    """Show a lifecycle: its stages, its rules in words, its diagram for Mermaid."""
    from orchestration.dictionary.display import print_lifecycle
    from orchestration.dictionary.findings import use_one_of
    from orchestration.dictionary.lifecycles import lifecycles_of

    known = {found.name: found for found in lifecycles_of(_sound_dictionary(folder))}
    if lifecycle not in known:
        console.print(f"there is no lifecycle '{lifecycle}'; {use_one_of(known, lifecycle)}", style="red", markup=False)
        raise typer.Exit(1)
    print_lifecycle(console, known[lifecycle])


@dictionary_app.command()
def suggest_thresholds(
    accept: Annotated[bool, typer.Option("--accept", help="Write the suggested lines into the dictionary.")] = False,
    folder: DictionaryOption = DICTIONARY_FOLDER,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Tell when customers should count as churned by the published data, as lines a person can accept."""
    from orchestration.dictionary import suggestions

    dictionary = _sound_dictionary(folder)
    try:
        days = suggestions.read_days(WarehouseHome(home.resolve()))
    except suggestions.SuggestionError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    found = suggestions.suggest(dictionary, days)
    suggestions.print_suggestions(console, days, found)
    if not found:
        return
    if accept:
        suggestions.accept(found)
        console.print("\nAccepted; `lifecycle run` builds by it.")
    else:
        console.print("\nNothing was changed; `--accept` writes these lines.")


def _sound_dictionary(folder: Path) -> Dictionary:
    from orchestration.dictionary.checks import sound_dictionary
    from orchestration.dictionary.findings import DictionaryError

    try:
        return sound_dictionary(folder)
    except DictionaryError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None


@winback_app.command()
def export(
    plan: Annotated[str, typer.Argument(help="The plan's id in winback_plans.csv.")],
    wave: Annotated[
        int | None, typer.Option(min=1, help="The next wave to draw, or one drawn before; the last when left out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to make the wave's folder; exports/ of the warehouse when left out.")
    ] = None,
    despite_stop: Annotated[
        bool, typer.Option("--despite-stop", help="Draw a further wave though the plan's own rule has stopped it.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Draw the arms of a wave, once, and write its audience for a campaign tool."""
    from orchestration.winback.display import print_export
    from orchestration.winback.export import export as export_wave
    from orchestration.winback.plans import WinbackError

    try:
        folder = out.resolve() if out else None
        done = export_wave(WarehouseHome(home.resolve()), plan, wave, folder, is_despite_stop=despite_stop)
    except WinbackError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    print_export(console, done)


def _limit(text: str) -> tuple[str, float]:
    rule, _, limit = text.partition("=")
    try:
        return rule, float(limit)
    except ValueError:
        raise typer.BadParameter(f"'{text}' moves no limit; write RULE=LIMIT, such as low_value=50") from None


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"'{text}' is no amount; write digits, such as 5000 or 49.90") from None


@winback_app.command()
def what_if(
    without: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Drop this rule; may be repeated.")] = None,
    set_limits: Annotated[
        list[str] | None, typer.Option("--set", metavar="RULE=LIMIT", help="Move this rule's limit; may be repeated.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="AMOUNT", callback=_amount, help="Spend so much down the list.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Tell who would be on the published list by other rules or another budget; without options, rule by rule."""
    from orchestration.winback import display
    from orchestration.winback import what_if as asked
    from orchestration.winback.plans import WinbackError

    place, limits = WarehouseHome(home.resolve()), dict(map(_limit, set_limits or []))
    try:
        if without or limits or budget is not None:
            display.print_comparison(console, asked.compare(place, without or [], limits, budget))
        else:
            display.print_marginal_effects(console, asked.marginal_effects(place))
    except WinbackError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None


@app.command()
def reference(
    check: Annotated[bool, typer.Option("--check", help="Only tell which pages are stale.")] = False,
) -> None:
    """Make the generated pages: dbt's source lists, and all of docs/reference."""
    from orchestration.reference import all_pages, load_contract, source_pages, stale_pages, write_pages

    if not check:
        write_pages(source_pages(load_contract()))
    from orchestration.defs.transformation import prepared_project

    pages = all_pages(prepared_project().manifest_path)
    stale = stale_pages(pages)
    if check and stale:
        for path in stale:
            console.print(f"stale: {path.relative_to(PROJECT_FOLDER)}; run `lifecycle reference`")
        raise typer.Exit(1)
    write_pages(pages)


@app.command()
def ui(
    home: HomeOption = DEFAULT_HOME, port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000
) -> None:
    """Open Dagster's own page: lineage, runs, checks, schedule, sensor."""
    from orchestration.refresh import prepare_environment

    place = WarehouseHome(home.resolve())
    prepare_environment(place)
    os.environ["LIFECYCLE_HOME"] = str(place.folder)
    command = Path(sys.executable).with_name("dagster")
    os.chdir(PROJECT_FOLDER)
    os.execv(command, [str(command), "dev", "-m", "orchestration.definitions", "-p", str(port)])


if __name__ == "__main__":
    app()
