"""The table `fitted.buying_models`: the parameters of each group of customers, kept from build to build.

They are fitted anew only when the customers that they rest on have changed, which a new month or late rows bring about,
or the code and the libraries that fit them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from orchestration.fitting.buying import Fit

DAYS_IN_WEEK = 7
DIGITS = 6  # what is kept of a parameter: what lies beyond is where the optimiser happened to stop

_CODE = ("buying.py", "buying_models.py")
_TABLE = """
create schema if not exists fitted;

create table if not exists fitted.buying_models (
    customer_group varchar,
    sample_hash varchar,
    customers_count bigint,
    repeat_customers_count bigint,
    purchase_r double,
    purchase_alpha double,
    dropout_a double,
    dropout_b double,
    purchase_log_likelihood double,
    spending_p double,
    spending_q double,
    spending_gamma double,
    spending_log_likelihood double
);
"""
_SAMPLES = """
    select customer_group, repeats_count, recency_days, age_days, repeats_amount::double as repeats_amount
    from intermediate.int_buying_samples_drawn
    order by all
"""
_FEWEST = "select threshold_value from dictionary.thresholds where threshold_id = 'buying_repeat_customers'"


@dataclass(frozen=True)
class Refit:
    """What was done about one group of customers."""

    customer_group: str
    customers_count: int
    repeat_customers_count: int
    is_refitted: bool
    has_purchase_model: bool
    has_spending_model: bool


def prepare_buying_models(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table where it is not there yet, so that the models can be built before anything was fitted."""
    connection.execute(_TABLE)


def refit_buying_models(connection: duckdb.DuckDBPyConnection) -> list[Refit]:
    """Fit the groups whose customers have changed; a group with too few repeat customers has no model.

    Args:
        connection: the working database, in which the samples have been drawn.
    """
    prepare_buying_models(connection)
    samples = connection.execute(_SAMPLES).df()
    fewest = connection.execute(_FEWEST).fetchall()[0][0]
    known = dict(connection.execute("select customer_group, sample_hash from fitted.buying_models").fetchall())
    done: list[Refit] = []
    rows = []
    for group, sample in samples.groupby("customer_group"):
        sample_hash = _hash(sample, fewest)
        is_refitted = known.get(group) != sample_hash
        row = _fitted_row(str(group), sample, sample_hash, fewest) if is_refitted else _kept_row(connection, str(group))
        rows.append(row)
        done.append(Refit(row[0], row[2], row[3], is_refitted, row[4] is not None, row[9] is not None))
    connection.execute("begin")
    connection.execute("delete from fitted.buying_models")
    if rows:
        connection.executemany(f"insert into fitted.buying_models values ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("commit")
    return done


def _hash(sample: pd.DataFrame, fewest: float) -> str:
    digest = hashlib.sha256(f"{version('scipy')}|{version('numpy')}|{fewest}|".encode())
    for name in _CODE:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update(sample.to_csv(index=False).encode())
    return digest.hexdigest()


def _kept_row(connection: duckdb.DuckDBPyConnection, group: str) -> tuple:
    return connection.execute("from fitted.buying_models where customer_group = ?", [group]).fetchall()[0]


def _fitted_row(group: str, sample: pd.DataFrame, sample_hash: str, fewest: float) -> tuple:
    from orchestration.fitting.buying import fit_purchases, fit_spending

    repeats, recency, age, amount = (
        sample[name].to_numpy(dtype=float) for name in ("repeats_count", "recency_days", "age_days", "repeats_amount")
    )
    again = repeats > 0
    paid = again & (amount > 0)
    enough = again.sum() >= fewest
    purchases = fit_purchases(repeats, recency / DAYS_IN_WEEK, age / DAYS_IN_WEEK) if enough else None
    spending = fit_spending(repeats[paid], amount[paid] / repeats[paid]) if enough and paid.sum() >= fewest else None
    return (group, sample_hash, len(sample), int(again.sum()), *_told(purchases, 4), *_told(spending, 3))


def _told(fit: Fit | None, parameters: int) -> list[float | None]:
    if fit is None:
        return [None] * (parameters + 1)
    return [*(float(np.format_float_scientific(value, DIGITS - 1)) for value in fit.parameters), fit.log_likelihood]
