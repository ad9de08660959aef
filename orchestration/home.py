"""Where a warehouse lives on disk: one folder with the working database, the releases and the logs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).parent.parent
SAMPLE_COMPANY = PROJECT_FOLDER / "seeds" / "company"
DICTIONARY_FOLDER = PROJECT_FOLDER / "dbt_project" / "seeds" / "dictionary"
PUBLISHED_DATABASE_NAME = "lifecycle.duckdb"
BUILD_PARTS = ("build_models", "build_models_on_fitted")


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
