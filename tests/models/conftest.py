"""The compiled models, compiled once."""

from __future__ import annotations

import pytest
from bench import ModelBench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> ModelBench:
    return ModelBench.compiled(tmp_path_factory.mktemp("compiled"))
