"""What the assets run on: the warehouse's folder, its lock, the landing folder, the two clocks.

The only module that reads the project's environment variables.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import metadata
from pathlib import Path

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource, DbtProject
from filelock import FileLock, Timeout
from packaging.version import Version

from orchestration.defs.alerts import Alerts
from orchestration.defs.run_history import recorded_run
from orchestration.engine import Engine
from orchestration.home import PROJECT_FOLDER, SAMPLE_COMPANY, WarehouseHome
from orchestration.landing.mapping import FileMapping, load_mapping
from orchestration.leftovers import end_left_dbt
from orchestration.obstacles import is_unused

ALERTS_WEBHOOK = "LIFECYCLE_ALERTS_WEBHOOK"
WORKING_DATABASE = "LIFECYCLE_WORKING_DATABASE"
DBT_FOLDER = PROJECT_FOLDER / "dbt_project"


class Progress:
    """Tells a person what goes on, a line at a time; nobody unless told whom."""

    def __init__(self, tell: Callable[[str], None] = lambda _text: None) -> None:
        """Keep whom to tell."""
        self._tell = tell

    def __call__(self, text: str) -> None:
        """Tell one line."""
        self._tell(text)


class LandingFolder(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where files arrive, and how those with other names and shapes are to be read."""

    path: str
    mapping_file: str | None = None

    @property
    def folder(self) -> Path:
        """The landing folder."""
        return Path(self.path)

    @property
    def mappings(self) -> tuple[FileMapping, ...]:
        """The file mappings to land with."""
        return load_mapping(Path(self.mapping_file)) if self.mapping_file else ()


@contextmanager
def hold_writer_lock(home: WarehouseHome, log: dg.DagsterLogManager | None) -> Iterator[None]:
    """Let no other run write the warehouse meanwhile; end what a killed one has left."""
    home.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.writer_lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if log:
            log.info("another run is writing this warehouse; waiting for it to end")
        lock.acquire()
    with lock:
        left = end_left_dbt(home)
        if left and log:
            log.info(f"a run was killed and left dbt running, process {left}; it was ended")
        yield


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One warehouse, its engine and the clocks to build it by; holds the writer's lock while a run goes on."""

    home_folder: str
    engine: Engine = Engine.DUCKDB
    as_of: str | None = None
    known_at: str | None = None

    @property
    def home(self) -> WarehouseHome:
        """The paths of the warehouse."""
        return WarehouseHome(Path(self.home_folder))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Warehouse]:
        """Hold the writer's lock for the whole run, so that no two runs meet in the working database; log the run."""
        with (
            hold_writer_lock(self.home, context.log),
            recorded_run(self.home, self.engine.release, context),
        ):
            yield self

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the working database for writing."""
        if self.home.working_database.exists() and is_unused(self.home):
            self.home.working_database.unlink()
        return duckdb.connect(str(self.home.working_database))


class Backfills(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The warehouse whose months are kept, and what is known of them; holds the writer's lock meanwhile."""

    home_folder: str
    known_at: str | None = None

    @property
    def home(self) -> WarehouseHome:
        """The paths of the warehouse."""
        return WarehouseHome(Path(self.home_folder))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Backfills]:
        """Hold the writer's lock for the whole run, so that nothing is landed while it is copied."""
        with hold_writer_lock(self.home, context.log):
            yield self


class DbtCommand(DbtCliResource):
    """dbt as installed beside this Python, of which Dagster opens no adapter of its own and asks no version.

    It would read all macros once more before each part of the build, for row counts and columns that nobody asks for,
    and start dbt once only to ask.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        """Open nothing."""


def dbt_project() -> DbtProject:
    """Return the dbt project in place."""
    return DbtProject(project_dir=DBT_FOLDER, profiles_dir=DBT_FOLDER)


def dbt_resource() -> DbtCliResource:
    """Return dbt as installed beside this Python, whether or not its environment is activated.

    What it tells goes to whoever started it; its own log file has warnings and errors only, not each statement.
    """
    executable = str(Path(sys.executable).with_name("dbt"))
    return DbtCommand(
        project_dir=dbt_project(), dbt_executable=executable, global_config_flags=["--log-level-file", "warn"]
    )


@contextmanager
def dbt_for(working_database: Path) -> Iterator[None]:
    """Let dbt processes that are started meanwhile build in another database, which its profile reads from here."""
    before = os.environ[WORKING_DATABASE]
    os.environ[WORKING_DATABASE] = str(working_database)
    try:
        yield
    finally:
        os.environ[WORKING_DATABASE] = before


def alerts_resource(home: Path, engine: Engine) -> Alerts:
    """Return where alerts go, as the environment says; the address of a webhook is a secret, not shown by Dagster."""
    webhook = dg.EnvVar(ALERTS_WEBHOOK) if os.environ.get(ALERTS_WEBHOOK) else None
    return Alerts(
        home_folder=str(home), engine=engine, file=os.environ.get("LIFECYCLE_ALERTS_FILE") or None, webhook=webhook
    )


def default_resources() -> dict[str, object]:
    """Return the resources that `dagster dev` runs with: the sample company's unless the environment says."""
    home = Path(os.environ.get("LIFECYCLE_HOME", PROJECT_FOLDER / "warehouse"))
    os.environ.setdefault(WORKING_DATABASE, str(WarehouseHome(home).working_database))
    os.environ["LIFECYCLE_SPARK_FOLDER"] = str(WarehouseHome(home).spark_folder)
    engine = Engine(os.environ.get("LIFECYCLE_ENGINE", "duckdb"))
    return {
        "warehouse": Warehouse(home_folder=str(home), engine=engine),
        "backfills": Backfills(home_folder=str(home)),
        "landing_folder": LandingFolder(
            path=os.environ.get("LIFECYCLE_LANDING", str(SAMPLE_COMPANY)),
            mapping_file=os.environ.get("LIFECYCLE_MAPPING"),
        ),
        "dbt": dbt_resource(),
        "alerts": alerts_resource(home, engine),
        "progress": dg.ResourceDefinition.hardcoded_resource(Progress()),
    }
