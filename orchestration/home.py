"""Where a warehouse lives on disk: one folder with the working database, the releases, kept months and the logs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).parent.parent
SAMPLE_COMPANY = PROJECT_FOLDER / "seeds" / "company"
DICTIONARY_FOLDER = PROJECT_FOLDER / "dbt_project" / "seeds" / "dictionary"
PUBLISHED_DATABASE_NAME = "lifecycle.duckdb"
BUILD_PARTS = ("build_models", "build_models_on_fitted")
MONTHS_STEP = "published__months"
KEPT_RELEASES = 5
MONTH_FOLDER = "as_of_month="  # what reads the folders below `months/` as one table makes a column of it


@dataclass(frozen=True)
class WarehouseHome:
    """Paths of one warehouse."""

    folder: Path

    @property
    def working_database(self) -> Path:
        """The file that runs write; readers never open it."""
        return self.folder / "working.duckdb"

    @property
    def releases(self) -> Path:
        """The folder that holds one folder per kept publication."""
        return self.folder / "releases"

    @property
    def published(self) -> Path:
        """The symbolic link to the release that readers see."""
        return self.folder / "published"

    @property
    def published_database(self) -> Path:
        """The file that readers open."""
        return self.published / PUBLISHED_DATABASE_NAME

    @property
    def kept_releases(self) -> int:
        """How many of the newest releases are kept."""
        return KEPT_RELEASES

    @property
    def months(self) -> Path:
        """The folder that holds one folder per kept month, and the working database in which they are built."""
        return self.folder / "months"

    def month(self, month: str) -> MonthHome:
        """Return the paths of a kept month, such as `2025-03`."""
        return MonthHome(self.months / f"{MONTH_FOLDER}{month}")

    def kept_months(self) -> list[MonthHome]:
        """Return the months that are kept, oldest first."""
        return [MonthHome(path.parent) for path in sorted(self.months.glob(f"{MONTH_FOLDER}*/releases"))]

    @property
    def writer_lock(self) -> Path:
        """The file that a writer locks, so that two runs never meet in the working database."""
        return self.folder / "writer.lock"

    @property
    def dbt_note(self) -> Path:
        """The file that tells which dbt process writes the warehouse now."""
        return self.folder / "dbt_process"

    @property
    def erasure_salt(self) -> Path:
        """The secret by which values of erased persons are recognised when they are sent again."""
        return self.folder / "erasure.salt"

    @property
    def erasure_plan(self) -> Path:
        """What an erasure is about to do; it is there only while one goes on, or was cut off."""
        return self.folder / "erasure_plan.json"

    @property
    def dagster_folder(self) -> Path:
        """Dagster's own home: run history, logs, the instance's settings."""
        return self.folder / "dagster"

    def dbt_target(self, engine: str) -> Path:
        """Where dbt keeps its manifest and what it has parsed, for each engine."""
        return self.folder / "dbt_target" / engine

    def dbt_results(self, engine: str, part: str) -> Path:
        """What dbt told of each node of a part of the build."""
        return self.dbt_target(engine) / f"{part}_results.json"

    @property
    def spark_folder(self) -> Path:
        """Where Apache Spark reads and writes, when it is the engine."""
        return self.folder / "spark"


@dataclass(frozen=True)
class MonthHome(WarehouseHome):
    """Paths of one kept month: a release of its own. All months are built at one place, one after the other.

    dbt parses the whole project anew for a database under another path.
    """

    @property
    def working_database(self) -> Path:
        """The file in which months are built."""
        return WarehouseHome(self.folder.parent).working_database

    def dbt_target(self, engine: str) -> Path:
        """Where dbt keeps what it has parsed for the months."""
        return WarehouseHome(self.folder.parent).dbt_target(engine)

    @property
    def kept_releases(self) -> int:
        """How many of the newest releases are kept: a month that is built again replaces the old one."""
        return 1
