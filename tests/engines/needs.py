"""Which engine a test can run on here."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from orchestration.engine import Engine, EngineMissingError, demand


def needs(engine: Engine) -> None:
    """Skip where Spark was never installed; where it was, whatever else it lacks is a failure."""
    try:
        demand(engine)
    except EngineMissingError as error:
        if find_spec("pyspark"):
            raise
        pytest.skip(str(error))
