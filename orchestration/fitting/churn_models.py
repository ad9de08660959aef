"""The table `fitted.churn_models`: a version of the model of churn risk for each month's end, kept from build to build.

A version knows no more than was known at its date: it is fitted on customers of earlier months' ends whose horizon was
over by then. So the versions tell the past as it would have been told then, and their own forecasts, held against what
became, say whether the model does better than the plain rule, and from which probability on it pays to flag.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    import duckdb
    import pandas as pd

    from orchestration.fitting.churn import ChurnModel

DIGITS = 9
EVALUATED_DATES = 12  # a year of forecasts
INTERCEPT = "intercept"
_CODE = ("churn.py", "churn_models.py")
_FEATURE = "_feature"

_TABLE = """
create schema if not exists fitted;

create table if not exists fitted.churn_models (
    model_date date,
    feature_id varchar,
    coefficient double,
    mean_value double,
    sample_hash varchar,
    snapshots_count bigint,
    gone_count bigint,
    flagged_from_probability double,
    evaluated_snapshots_count bigint,
    model_brier double,
    rule_brier double
);
"""
_SAMPLES = "from intermediate.int_risk_samples_drawn order by score_date, customer_id"
_DATES = "select score_date from intermediate.int_score_dates_listed where is_month_end order by score_date"
_FEWEST = "select threshold_value from dictionary.thresholds where threshold_id = 'risk_gone_customers'"
_ROWS = "from fitted.churn_models order by model_date, feature_id"


@dataclass(frozen=True)
class Evaluation:
    """What earlier versions' forecasts were worth by a date; None where there is no forecast to judge."""

    flagged_from: float | None = None
    snapshots_count: int = 0
    model_brier: float | None = None
    rule_brier: float | None = None


@dataclass(frozen=True)
class Refit:
    """What was done about one version."""

    model_date: date
    snapshots_count: int
    is_refitted: bool
    evaluation: Evaluation


def prepare_churn_models(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table where it is not there yet, so that the models can be built before anything was fitted."""
    connection.execute(_TABLE)


def refit_churn_models(connection: duckdb.DuckDBPyConnection) -> list[Refit]:
    """Fit a version for each month's end by which enough customers were known to be gone, and to have stayed.

    Args:
        connection: the working database, in which the samples have been drawn.
    """
    prepare_churn_models(connection)
    samples = connection.execute(_SAMPLES).df()
    dates = [row[0] for row in connection.execute(_DATES).fetchall()]
    fewest = connection.execute(_FEWEST).fetchall()[0][0]
    kept: dict[tuple[date, str], list[tuple]] = {}
    for row in connection.execute(_ROWS).fetchall():
        kept.setdefault((row[0], row[4]), []).append(row)
    months = _Months(samples)
    done: list[Refit] = []
    rows: list[tuple] = []
    for model_date in dates:
        known = months.known_by(model_date)
        if known.fewest_customers < fewest:
            continue
        is_refitted = (model_date, known.digest) not in kept
        mine = months.fitted_rows(model_date, known) if is_refitted else kept[model_date, known.digest]
        months.remember(model_date, mine)
        rows += mine
        done.append(Refit(model_date, known.snapshots_count, is_refitted, Evaluation(mine[0][7], *mine[0][8:])))
    connection.execute("begin")
    connection.execute("delete from fitted.churn_models")
    if rows:
        connection.executemany(f"insert into fitted.churn_models values ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("commit")
    return done


@dataclass(frozen=True)
class _Known:
    """The snapshots whose end was known by a date."""

    digest: str
    sample: pd.DataFrame
    snapshots_count: int
    gone_count: int
    fewest_customers: int  # who were gone once, or stayed once, whichever are fewer


class _Months:
    """The sample by months' ends, and the versions fitted so far."""

    def __init__(self, samples: pd.DataFrame) -> None:
        self.features = sorted(name for name in samples.columns if name.endswith(_FEATURE))
        self.samples = samples
        self.slices = {day: (mine, _digest(mine)) for day, mine in samples.groupby("score_date")}
        self.code = hashlib.sha256(f"{version('scikit-learn')}|{version('numpy')}|".encode())
        for name in _CODE:
            self.code.update(Path(__file__).with_name(name).read_bytes())
        self.versions: dict[date, ChurnModel] = {}

    def known_by(self, model_date: date) -> _Known:
        """Return what could be learnt from by the date."""
        sample = self.samples[self.samples["horizon_date"].dt.date < model_date]  # the last day is to be over
        digest = self.code.copy()
        for day in sample["score_date"].unique():
            digest.update(self.slices[day][1])
        gone = sample["is_gone"].astype(bool)
        customers = [sample.loc[mine, "customer_id"].nunique() for mine in (gone, ~gone)]
        return _Known(digest.hexdigest(), sample, len(sample), int(gone.sum()), min(customers))

    def fitted_rows(self, model_date: date, known: _Known) -> list[tuple]:
        """Fit a version; return a row for its intercept and each of its features."""
        from orchestration.fitting.churn import fit_churn

        model = fit_churn(self._numbers(known.sample), known.sample["is_gone"].to_numpy(dtype=bool))
        found = self.evaluation(known.sample)
        told = (known.digest, known.snapshots_count, known.gone_count, found.flagged_from, found.snapshots_count)
        weights = [(INTERCEPT, model.intercept, 1.0), *zip(self._names(), model.coefficients, model.means, strict=True)]
        return [
            (model_date, name, _told(weight), _told(mean), *told, _told(found.model_brier), _told(found.rule_brier))
            for name, weight, mean in weights
        ]

    def remember(self, model_date: date, rows: list[tuple]) -> None:
        """Keep a version to judge its forecasts by."""
        from orchestration.fitting.churn import ChurnModel

        weights = {row[1]: row for row in rows}
        mine = [weights[name] for name in self._names()]
        coefficients, means = np.array([row[2] for row in mine]), np.array([row[3] for row in mine])
        self.versions[model_date] = ChurnModel(weights[INTERCEPT][2], coefficients, means)

    def evaluation(self, known: pd.DataFrame) -> Evaluation:
        """Judge the forecasts that were made at months' ends of which the end is known."""
        from orchestration.fitting.churn import best_cut, brier_score

        judged = [day for day in known["score_date"].unique() if day.date() in self.versions][-EVALUATED_DATES:]
        if not judged:
            return Evaluation()
        slices = [self.slices[day][0].dropna(subset=["rule_probability"]) for day in judged]
        forecasts = [
            self.versions[day.date()].probabilities(self._numbers(mine))
            for day, mine in zip(judged, slices, strict=True)
        ]
        probabilities = np.concatenate(forecasts)
        if not len(probabilities):
            return Evaluation()
        is_gone = np.concatenate([mine["is_gone"].to_numpy(dtype=bool) for mine in slices])
        rule = np.concatenate([mine["rule_probability"].to_numpy(dtype=float) for mine in slices])
        briers = brier_score(probabilities, is_gone), brier_score(rule, is_gone)
        return Evaluation(best_cut(probabilities, is_gone), len(is_gone), *briers)

    def _numbers(self, sample: pd.DataFrame) -> np.ndarray:
        return sample[self.features].to_numpy(dtype=float)

    def _names(self) -> list[str]:
        return [name.removesuffix(_FEATURE) for name in self.features]


def _digest(sample: pd.DataFrame) -> bytes:
    return hashlib.sha256(sample.to_csv(index=False).encode()).digest()


def _told(value: float | None) -> float | None:
    return None if value is None else float(np.format_float_scientific(value, DIGITS - 1))
