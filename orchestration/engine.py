"""The engine that builds the models: DuckDB in this process, or Apache Spark.

Landing, audit and publication are the same for both; only dbt's target differs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OLDEST_JAVA = 17


class Engine(StrEnum):
    """What builds the models; the value is the name of dbt's target."""

    DUCKDB = "duckdb"
    SPARK = "spark"

    @property
    def release(self) -> str:
        """The engine's name and version, as the manifest of a publication tells it."""
        return f"{self.value} {version('duckdb' if self is Engine.DUCKDB else 'pyspark')}"


class EngineMissingError(Exception):
    """The engine that was asked for cannot run here; the message says what to install."""


def demand(engine: Engine) -> None:
    """Make sure that the engine can run here.

    Raises:
        EngineMissingError: something that it needs is not there.
    """
    if engine is Engine.SPARK:
        _demand_packages("dbt-spark", "pyspark")
        demand_java()


def _demand_packages(*names: str) -> None:
    for name in names:
        try:
            version(name)
        except PackageNotFoundError:
            raise EngineMissingError(
                f"The engine spark needs the package {name}, which this environment lacks. `make .venv-spark/ready` "
                "makes an environment that has it; run `.venv-spark/bin/lifecycle` instead."
            ) from None


def demand_java() -> None:
    """Make sure that there is a Java that Spark can run on.

    Raises:
        EngineMissingError: there is none, or it is too old.
    """
    found = java_version()
    if found is None or found < OLDEST_JAVA:
        has = "none was found" if found is None else f"Java {found} was found"
        raise EngineMissingError(
            f"The engine spark needs Java {OLDEST_JAVA} or newer; {has}. Install one (Debian: "
            f"`apt install openjdk-{OLDEST_JAVA}-jre-headless`), or set JAVA_HOME to where it is."
        )


def java_version() -> int | None:
    """Return the feature version of the Java that Spark would start, or None where there is none."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    try:
        told = subprocess.run([command or "java", "-version"], capture_output=True, text=True, check=True).stderr  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found[1]) if found else None


if __name__ == "__main__":  # asked by `make test-spark` before it sets up anything
    try:
        demand_java()
    except EngineMissingError as error:
        raise SystemExit(str(error)) from None
