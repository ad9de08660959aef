"""The model of churn risk: its fit, its versions, and that SQL tells what the fit says."""

from __future__ import annotations

import re
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from bench import ModelBench

from orchestration.fitting.churn import best_cut, brier_score, fit_churn
from orchestration.fitting.churn_models import refit_churn_models

pytestmark = pytest.mark.xdist_group("bench")

NAMES = ("a", "b", "c")
TRUE_WEIGHTS = np.array([1.5, -2.0, 0.0])


def drawn(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return features and what became of customers whose true weights are known."""
    chance = np.random.default_rng(seed)
    features = chance.normal(size=(count, 3)) * [1, 0.5, 3] + [0, 2, -1]
    return features, chance.random(count) < 1 / (1 + np.exp(-(2.5 + features @ TRUE_WEIGHTS)))


def test_the_fit_recovers_the_weights_that_drew_the_data() -> None:
    model = fit_churn(*drawn(60_000))
    assert model.coefficients == pytest.approx(TRUE_WEIGHTS, abs=0.06)
    assert model.intercept == pytest.approx(2.5, abs=0.12)
    features, is_gone = drawn(60_000, seed=2)
    told = model.probabilities(features)
    assert np.polyfit(told, is_gone, 1)[0] == pytest.approx(1, abs=0.03), "the slope of what became on what was told"
    assert told.mean() == pytest.approx(is_gone.mean(), abs=0.005)


def test_a_feature_that_never_varies_has_no_weight() -> None:
    features, is_gone = drawn(2_000)
    features[:, 1] = 7
    assert fit_churn(features, is_gone).coefficients[1] == 0


def test_the_cut_is_where_f1_is_highest_and_of_several_the_lowest() -> None:
    told = np.array([0.1, 0.2, 0.6, 0.61, 0.9])
    gone = np.array([False, False, True, False, True])
    assert best_cut(told, gone) == 0.21, "from 0.21 to 0.6 two of three flagged are gone, and both are flagged"
    assert brier_score(np.array([0.5, 1.0]), np.array([True, False])) == pytest.approx((0.25 + 1) / 2)


class Working:
    """A working database that has only what the fit reads: a year of months' ends with the same customers."""

    DATES = tuple(date(2024, month % 12 + 1, 1) - timedelta(days=1) for month in range(1, 12))

    def __init__(self, count: int = 150) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("create schema intermediate; create schema dictionary")
        self.connection.execute(
            "create table intermediate.int_risk_samples_drawn (customer_id varchar, score_date date, "
            "a_feature double, b_feature double, c_feature double, rule_probability double, horizon_date date, "
            "is_gone boolean)"
        )
        self.connection.execute(
            "create table intermediate.int_score_dates_listed (score_date date, is_month_end boolean)"
        )
        self.connection.execute(
            "create table dictionary.thresholds as select 'risk_gone_customers' as threshold_id, 80 as threshold_value"
        )
        self.rows = []
        for number, day in enumerate(self.DATES):
            features, is_gone = drawn(count, seed=number)
            horizon = day + timedelta(days=90)
            for place, (row, gone) in enumerate(zip(features, is_gone, strict=True)):
                self.rows.append((f"c{place:03}", day, *map(float, row), float(is_gone.mean()), horizon, bool(gone)))
        self.connection.executemany(
            "insert into intermediate.int_score_dates_listed values (?, true)", [(day,) for day in self.DATES]
        )

    def fill(self, rows: list[tuple]) -> None:
        self.connection.execute("delete from intermediate.int_risk_samples_drawn")
        self.connection.executemany(
            "insert into intermediate.int_risk_samples_drawn values (?, ?, ?, ?, ?, ?, ?, ?)", rows
        )

    def models(self) -> list[tuple]:
        return self.connection.execute("from fitted.churn_models order by model_date, feature_id").fetchall()


def test_a_version_knows_only_what_was_over_by_its_date() -> None:
    working = Working()
    working.fill(working.rows)
    versions = refit_churn_models(working.connection)
    told = [version.model_date for version in versions]
    assert told == list(working.DATES[5:]), "by June eighty are known to be gone"
    assert versions[0].snapshots_count == 450, "of January to March, whose 90 days were over"
    assert versions[0].evaluation.snapshots_count == 0, "no version made a forecast whose end is known"
    assert versions[-1].evaluation.snapshots_count == 450, "of June to August"
    assert versions[-1].evaluation.model_brier < versions[-1].evaluation.rule_brier
    models = working.models()
    early = [row for row in models if row[0] <= working.DATES[7]]
    other = Working()
    other.fill([row if row[6] <= working.DATES[7] else (*row[:7], not row[7]) for row in working.rows])
    refit_churn_models(other.connection)
    assert [row for row in other.models() if row[0] <= working.DATES[7]] == early
    assert other.models() != models


def test_versions_are_kept_until_what_they_rest_on_changes() -> None:
    working = Working()
    working.fill(working.rows)
    refit_churn_models(working.connection)
    models = working.models()
    assert not any(version.is_refitted for version in refit_churn_models(working.connection))
    working.fill(working.rows[::-1])
    assert not any(version.is_refitted for version in refit_churn_models(working.connection)), "in any order of rows"
    assert working.models() == models
    working.fill(
        [(*row[:7], not row[7]) if row[0] == "c000" and row[1] == working.DATES[3] else row for row in working.rows]
    )
    refitted = {version.model_date: version.is_refitted for version in refit_churn_models(working.connection)}
    assert not refitted[working.DATES[5]]
    assert refitted[working.DATES[6]], "April's end was over in July"


def test_too_few_who_are_gone_are_no_model() -> None:
    working = Working(count=20)
    working.fill([(*row[:7], False) for row in working.rows])
    assert refit_churn_models(working.connection) == []
    assert working.models() == []


def weights_of(bench: ModelBench, chance: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Return a weight and a mean for each feature that the models name."""
    code = bench.nodes["int_churn_models_chosen"]["compiled_code"]
    names = re.findall(r"as (\w+)_weight", code)
    assert len(names) > 20
    return {name: (float(chance.normal()), float(chance.random())) for name in names}


def test_sql_tells_the_probability_and_the_reasons_that_the_weights_say(bench: ModelBench) -> None:
    chance = np.random.default_rng(3)
    weights = weights_of(bench, chance)
    today = date(2024, 6, 30)
    version = (date(2024, 5, 31), "hash", 300, 100, 0.4, 200, 0.1, 0.2)
    models = [(name, *told) for name, told in weights.items()] + [("intercept", -1.0, 1.0)]
    customers = [f"c{number}" for number in range(40)]
    values = {customer: chance.random(len(weights)) * 3 for customer in customers}
    columns = ", ".join(f"{name}_feature double" for name in weights)
    tables = {
        "churn_models": None,
        "int_risk_features_derived": (
            f"customer_id varchar, score_date date, {columns}, rule_probability double",
            [(customer, today, *map(float, values[customer]), 0.3) for customer in customers],
        ),
        "int_score_dates_listed": ("score_date date, is_current boolean", [(today, True)]),
        "int_snapshots_measured": (
            "customer_id varchar, score_date date, silent_days integer, gap_ratio double, longer_gaps_count integer, "
            "purchases_count integer, age_days integer, recent_purchases_count bigint, earlier_purchases_count bigint, "
            "negative_tickets_count bigint, open_tickets_count bigint, refunds_count bigint, "
            "detractor_answers_count bigint, negative_reviews_count bigint, recent_uses_count bigint, "
            "earlier_uses_count bigint, points_balance decimal(18, 4), prepaid_balance decimal(18, 4), "
            "contract_days_left integer",
            [
                (customer, today, 50, 1.84, 2, 4, 99, 1, 2, 1, 0, 0, 1, 0, None, None, 816, None, None)
                for customer in customers
            ],
        ),
    }
    tables.pop("churn_models")
    chosen = {"score_date": today, "model_date": version[0], "intercept": -1.0, "flagged_from_probability": 0.4}
    chosen |= {"model_brier": 0.1, "rule_brier": 0.2}
    for name, weight, mean in models[:-1]:
        chosen |= {f"{name}_weight": weight, f"{name}_mean": mean}
    kinds = {"score_date": "date", "model_date": "date"}
    tables["int_churn_models_chosen"] = (
        ", ".join(f"{name} {kinds.get(name, 'double')}" for name in chosen),
        [tuple(chosen.values())],
    )
    found = bench.run_all(["int_risks_scored", "int_risk_reasons_ranked"], tables)
    scored = {row["customer_id"]: row for row in found["int_risks_scored"]}
    coefficients = np.array([weights[name][0] for name in weights])
    for customer in customers:
        told = 1 / (1 + np.exp(-(-1 + values[customer] @ coefficients)))
        assert scored[customer]["model_probability"] == pytest.approx(told, abs=1e-6)
        assert scored[customer]["risk_source"] == "model"
        assert scored[customer]["is_flagged"] == (round(told, 6) >= 0.4)
        added = (values[customer] - [weights[name][1] for name in weights]) * coefficients
        reasons = [row for row in found["int_risk_reasons_ranked"] if row["customer_id"] == customer]
        assert all(row["log_odds_added"] >= 0.1 for row in reasons)
        by_rank = sorted(reasons, key=lambda row: row["reason_rank"])
        assert [row["log_odds_added"] for row in by_rank] == sorted(
            (row["log_odds_added"] for row in reasons), reverse=True
        )
        silence = [place for place, name in enumerate(weights) if name.startswith("silen")]
        part = sum(added[place] for place in silence)
        told_part = [row["log_odds_added"] for row in reasons if row["reason_id"] == "silence"]
        assert told_part == ([pytest.approx(part, abs=1e-6)] if part >= 0.1 else [])
    words = {row["reason_id"]: row["reason"] for row in found["int_risk_reasons_ranked"]}
    assert words["silence"] == "silent for 50 days, 1.8 times the usual gap"
    assert words["grievances"] == "negative tickets: 1, open tickets: 0, refunds: 0, poor answers and reviews: 1"
    assert words["little_use"] == "no use of the product is known"
    assert words["little_to_lose"] == "points: 816, paid in advance: 0, no contract"


@pytest.mark.parametrize(
    ("model_brier", "source"), [(0.1, "model"), (0.2, "rule"), (0.3, "rule"), (None, "rule")], ids=str
)
def test_the_rule_stands_in_until_the_model_has_proved_better(
    bench: ModelBench, model_brier: float | None, source: str
) -> None:
    weights = weights_of(bench, np.random.default_rng(3))
    today = date(2024, 6, 30)
    chosen = dict.fromkeys((f"{name}_weight" for name in weights), 0.0)
    chosen |= {"intercept": 0.0, "model_brier": model_brier, "rule_brier": 0.2, "flagged_from_probability": None}
    features = dict.fromkeys((f"{name}_feature" for name in weights), 0.0)
    (row,) = bench.run(
        "int_risks_scored",
        {
            "int_churn_models_chosen": (
                "score_date date, model_date date, " + ", ".join(f"{name} double" for name in chosen),
                [(today, today, *chosen.values())],
            ),
            "int_risk_features_derived": (
                "customer_id varchar, score_date date, rule_probability double, "
                + ", ".join(f"{name} double" for name in features),
                [("anna", today, 0.3, *features.values())],
            ),
        },
    )
    assert (row["risk_source"], row["model_probability"]) == (source, 0.5)
    assert row["risk_probability"] == (0.5 if source == "model" else 0.3)
    assert row["is_flagged"] == (source == "model"), "0.5 is flagged where no cut was chosen yet"
