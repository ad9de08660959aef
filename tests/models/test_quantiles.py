"""Quantiles and probabilities in SQL are those of SciPy, as exact as their macros say."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from expressions import rendered
from scipy import special, stats

COUNT = 5000


def computed(expression: str, table: pd.DataFrame, *macros: str) -> np.ndarray:
    """Return what the expression is for each row of a table."""
    with duckdb.connect() as connection:
        connection.register("given", table)
        sql = rendered(f"select {expression} as told from given", "polynomial", *macros)
        return connection.execute(sql).fetchnumpy()["told"]


def farthest(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the largest relative error."""
    assert not np.ma.is_masked(found)
    return float(np.max(np.abs(found - truth) / np.abs(truth)))


def test_quantiles_of_the_normal_distribution() -> None:
    random = np.random.default_rng(1)
    lower, upper = 10 ** random.uniform(-300, -1, COUNT), 1 - 10 ** random.uniform(-6, -1, COUNT)
    p = np.concatenate([lower, random.uniform(0, 1, COUNT), upper])
    found = computed("{{ normal_quantile('p') }}", pd.DataFrame({"p": p}), "normal_quantile")
    assert farthest(found, stats.norm.ppf(p)) < 1e-14


def test_probabilities_of_a_chi_square() -> None:
    random = np.random.default_rng(2)
    x = np.concatenate([10 ** random.uniform(-10, 2, COUNT), random.uniform(0, 1400, COUNT)])
    found = computed("{{ chi_square_p_value('x') }}", pd.DataFrame({"x": x}), "chi_square_p_value")
    assert farthest(found, special.erfc(np.sqrt(x / 2))) < 2e-13


@pytest.mark.parametrize(("farthest_out", "error"), [(0.995, 1e-6), (0.999, 1e-5)])
def test_quantiles_of_the_t_distribution(farthest_out: float, error: float) -> None:
    random = np.random.default_rng(3)
    p, degrees = random.uniform(0.6, farthest_out, COUNT), 4 * 10 ** random.uniform(0, 8, COUNT)
    table = pd.DataFrame({"z": stats.norm.ppf(p), "degrees": degrees})
    found = computed("{{ t_quantile('z', 'degrees') }}", table, "t_quantile")
    assert farthest(found, stats.t.ppf(p, degrees)) < error
    below = computed("{{ t_quantile('z', 'degrees') }}", table.assign(z=-table["z"]), "t_quantile")
    assert (below == -found).all()
