"""The one module that imports Great Expectations: it turns plain rules into suites and runs them.

Importing the library takes seconds, so callers import this module when a check runs.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING

os.environ["GX_ANALYTICS_ENABLED"] = "false"
logging.getLogger("great_expectations").setLevel(logging.ERROR)

import great_expectations as gx  # noqa: E402  analytics must be off before the import
from great_expectations import expectations as library  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.data_context import EphemeralDataContext


@cache
def _context() -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_pandas("frames")
    source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")
    return context


def validate(
    frame: pd.DataFrame, expectations: Sequence[tuple[str, dict[str, object]]]
) -> ExpectationSuiteValidationResult:
    """Run expectations, given by class name and arguments, on a frame; results keep their order."""
    context = _context()
    suite = gx.ExpectationSuite(name="suite")
    for number, (name, arguments) in enumerate(expectations):
        suite.add_expectation(getattr(library, name)(**arguments, meta={"number": number}))
    batch = (
        context.data_sources.get("frames")
        .get_asset("frame")
        .get_batch_definition("whole")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    result = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    result.results.sort(key=lambda item: item.expectation_config.meta["number"])
    return result


def broken_indexes(frame: pd.DataFrame, expectations: Sequence[tuple[str, dict[str, object]]]) -> list[tuple[int, ...]]:
    """Return for each expectation the index values of the rows that break it.

    Raises:
        RuntimeError: an expectation could not be evaluated at all.
    """
    broken: list[tuple[int, ...]] = []
    for item in validate(frame, expectations).results:
        indexes = tuple(item.result.get("unexpected_index_list") or ())
        if not item.success and not indexes:
            raise RuntimeError(f"{item.expectation_config.type}: {item.exception_info}")
        broken.append(indexes)
    return broken
