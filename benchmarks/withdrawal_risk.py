"""Prints how well withdrawal from a course is foretold on its first day, beside plain logistic baselines.

python benchmarks/withdrawal_risk.py --data DIR [--wait-days 30]

DIR holds studentInfo.csv, studentRegistration.csv and courses.csv of OULAD. Each presentation of a module is foretold
by the project's own fit, `orchestration/fitting/churn.py`, from those alone that had ended when it began; with
`--wait-days`, so many days before.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from orchestration.fitting.churn import best_cut, brier_score, fit_churn

KEY = ["code_module", "code_presentation", "id_student"]
FIRST_MONTHS = {"B": 2, "J": 10}  # assumed, each on the first: the data have day numbers only
ENROLMENT = ("num_of_prev_attempts", "studied_credits")
DEMOGRAPHICS = ("age_band", "highest_education", "imd_band", "disability", "gender", "region")
HISTORY = ("ended_registrations", "ended_withdrawals", "ended_passes")
PASSES = ("Pass", "Distinction")
DRAWS = 300

Predictor = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Method:
    """What a forecast reads, and how it is fitted: features and who withdrew give a function to probabilities."""

    numbers: tuple[str, ...]
    categories: tuple[str, ...]
    fit: Callable[[np.ndarray, np.ndarray], Predictor]


def own_fit(features: np.ndarray, is_withdrawn: np.ndarray) -> Predictor:
    """Fit the model by which the warehouse tells who is gone."""
    return fit_churn(features, is_withdrawn).probabilities


def plain_fit(features: np.ndarray, is_withdrawn: np.ndarray) -> Predictor:
    """Fit scikit-learn's logistic regression as it comes, but for the number of steps it may take."""
    regression = LogisticRegression(max_iter=2000).fit(features, is_withdrawn)
    return lambda rows: regression.predict_proba(rows)[:, 1]


METHODS = {
    "model": Method(("registered_days", *ENROLMENT, *HISTORY), (*DEMOGRAPHICS, "code_module"), own_fit),
    "plain": Method(ENROLMENT, (), plain_fit),
    "demographic": Method(ENROLMENT, DEMOGRAPHICS, plain_fit),
}


def read_registrations(folder: Path) -> pd.DataFrame:
    """Return all registrations with the first day and the end of their presentation, sorted by key."""
    students, registered, courses = (
        pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("studentInfo", "studentRegistration", "courses")
    )
    rows = students.merge(registered, on=KEY, validate="one_to_one").merge(courses, on=KEY[:2], validate="many_to_one")
    for name in (*ENROLMENT, "date_registration", "date_unregistration", "module_presentation_length"):
        rows[name] = pd.to_numeric(rows[name])
    year, half = rows["code_presentation"].str[:4], rows["code_presentation"].str[4]
    rows["starts_on"] = pd.to_datetime(
        {"year": year.astype(int), "month": half.map(FIRST_MONTHS), "day": np.ones(len(rows), dtype=int)}
    )
    rows["ends_on"] = rows["starts_on"] + pd.to_timedelta(rows["module_presentation_length"], unit="D")
    return rows.sort_values(KEY, ignore_index=True)


def with_outcome(registrations: pd.DataFrame) -> pd.DataFrame:
    """Return registrations with whether they ended by withdrawal: a day of it is stated, or the result is.

    The day counts where the result says Fail (9), and the result where no day is stated (93).
    """
    withdrawn = registrations["date_unregistration"].notna() | (registrations["final_result"] == "Withdrawn")
    return registrations.assign(is_withdrawn=withdrawn)


def open_at_start(registrations: pd.DataFrame) -> pd.DataFrame:
    """Return who is known to be registered on the first day of a presentation and has not left before it.

    Who registers later, or on a day that is not stated, is not known of on that day. A day of withdrawal on or after
    the first day leaves the registration open; one without a day is open too, for nothing else was known of it then.
    """
    registered, left = registrations["date_registration"], registrations["date_unregistration"]
    return registrations[(registered <= 0) & ~(left < 0)]


def with_history(rows: pd.DataFrame, registrations: pd.DataFrame) -> pd.DataFrame:
    """Return rows with how often their students took presentations that were known by then, withdrew, and passed."""
    told = []
    for day, mine in rows.groupby("starts_on"):
        ended = registrations[registrations["known_on"] <= day]
        counts = pd.DataFrame(
            {
                "id_student": ended["id_student"],
                "ended_registrations": 1,
                "ended_withdrawals": ended["is_withdrawn"].astype(int),
                "ended_passes": (ended["final_result"].isin(PASSES) & ~ended["is_withdrawn"]).astype(int),
            }
        )
        history = counts.groupby("id_student").sum().reindex(mine["id_student"], fill_value=0)
        told.append(mine.assign(**{name: history[name].to_numpy() for name in HISTORY}))
    return pd.concat(told).sort_values(KEY, ignore_index=True)


def snapshots(registrations: pd.DataFrame, wait_days: int = 0) -> pd.DataFrame:
    """Return one row per registration that is open on its presentation's first day, with all that is known that day.

    What became of a presentation is known so many days after its end, all of it at once, and nothing of it before.
    """
    registrations = with_outcome(registrations.sort_values(KEY, ignore_index=True))
    registrations["known_on"] = registrations["ends_on"] + pd.Timedelta(days=wait_days)
    rows = with_history(open_at_start(registrations), registrations)
    return rows.assign(registered_days=-rows["date_registration"])


def features(rows: pd.DataFrame, method: Method, training: pd.DataFrame) -> np.ndarray:
    """Return a method's numbers, and 0 or 1 for each category that the training rows have."""
    columns = [rows[name].to_numpy(dtype=float) for name in method.numbers]
    for name in method.categories:
        columns += [(rows[name] == value).to_numpy(dtype=float) for value in sorted(training[name].unique())]
    return np.column_stack(columns)


def forecasts(registrations: pd.DataFrame, wait_days: int = 0) -> pd.DataFrame:
    """Return open registrations with each method's probability of withdrawal, and from which one on to flag.

    A presentation that began before any other had ended has nothing to learn from, and is left out.
    """
    rows, told = snapshots(registrations, wait_days), []
    for day, mine in rows.groupby("starts_on"):
        training = rows[rows["known_on"] <= day]
        if training["is_withdrawn"].nunique() < 2:  # noqa: PLR2004  both kinds must be there
            continue
        is_withdrawn = training["is_withdrawn"].to_numpy(dtype=bool)
        columns: dict[str, object] = {"trained_on": len(training)}
        for name, method in METHODS.items():
            known = features(training, method, training)
            predict = method.fit(known, is_withdrawn)
            columns[name] = predict(features(mine, method, training))
            columns[f"{name}_cut"] = best_cut(predict(known), is_withdrawn)
        told.append(mine.assign(**columns))
    return pd.concat(told).sort_values(KEY, ignore_index=True)


@dataclass(frozen=True)
class Verdict:
    """How well a method's probabilities tell who withdrew; precision and recall are of those it flags."""

    auc: float
    brier: float
    slope: float
    precision: float
    recall: float


def judge(rows: pd.DataFrame, method: str) -> Verdict:
    """Judge a method on foretold rows; the slope is that of a straight line of what became on what was told."""
    told, became = rows[method].to_numpy(dtype=float), rows["is_withdrawn"].to_numpy(dtype=bool)
    flagged = told >= rows[f"{method}_cut"].to_numpy(dtype=float)
    hits = int((flagged & became).sum())
    return Verdict(
        float(roc_auc_score(became, told)),
        brier_score(told, became),
        float(np.polyfit(told, became.astype(float), 1)[0]),
        hits / max(int(flagged.sum()), 1),
        hits / int(became.sum()),
    )


def lead_limits(rows: pd.DataFrame, method: str, other: str) -> tuple[float, float]:
    """Return between which limits a method's AUC leads another's, in 95 of 100 draws of as many students."""
    chance = np.random.default_rng(1)
    students, known = pd.factorize(rows["id_student"])
    became, leads = rows["is_withdrawn"].to_numpy(dtype=bool), []
    for _ in range(DRAWS):
        weights = np.bincount(chance.integers(len(known), size=len(known)), minlength=len(known))[students]
        first, second = (roc_auc_score(became, rows[name], sample_weight=weights) for name in (method, other))
        leads.append(first - second)
    low, high = np.quantile(leads, [0.025, 0.975])
    return float(low), float(high)


def print_verdicts(rows: pd.DataFrame) -> None:
    """Print a line for each presentation, then for each method over all."""
    lines = ["| presentation | open | withdrawn | trained on | " + " | ".join(f"AUC {name}" for name in METHODS) + " |"]
    lines += ["|---" * (4 + len(METHODS)) + "|"]
    groups = [(f"{module} {day}", mine) for (day, module), mine in rows.groupby(["code_presentation", "code_module"])]
    groups += [(f"all {day}", mine) for day, mine in rows.groupby("code_presentation")]
    for name, mine in groups:
        aucs = " | ".join(f"{judge(mine, method).auc:.3f}" for method in METHODS)
        counts = f"{len(mine):,} | {mine['is_withdrawn'].sum():,} | {mine['trained_on'].iloc[0]:,}"
        lines.append(f"| {name} | {counts} | {aucs} |")
    lines += ["", "| over all | AUC | Brier | slope | precision | recall |", "|---|---|---|---|---|---|"]
    for method in METHODS:
        told = judge(rows, method)
        shares = f"{told.slope:.2f} | {told.precision:.3f} | {told.recall:.3f}"
        lines.append(f"| {method} | {told.auc:.3f} | {told.brier:.4f} | {shares} |")
    lines += ["", "| the model's AUC leads by | 95 % of draws |", "|---|---|"]
    for other in ("plain", "demographic"):
        low, high = lead_limits(rows, "model", other)
        lead = judge(rows, "model").auc - judge(rows, other).auc
        lines.append(f"| {other}: {lead:.3f} | {low:.3f} to {high:.3f} |")
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> None:
    """Foretell, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--wait-days", type=int, default=0, help="how long after its end a presentation is known")
    options = parser.parse_args()
    print_verdicts(forecasts(read_registrations(options.data), options.wait_days))


if __name__ == "__main__":
    main()
