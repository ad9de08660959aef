"""Effects of experiments agree with SciPy and NumPy on random customers, and mirror where the arms are swapped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from bench import ModelBench
from scipy import stats

pytestmark = pytest.mark.xdist_group("bench")

DRAWN = datetime(2025, 1, 1)
FOLLOWED_COLUMNS = (
    "assignment_id varchar, experiment_id varchar, plan_id varchar, wave_number integer, customer_id varchar, "
    "arm varchar, probability double, is_mature boolean, is_recalled boolean, is_harmed boolean, "
    "contribution_amount decimal(18, 4), service_cost_amount decimal(18, 4), "
    "prior_contribution_amount decimal(18, 4), assigned_at timestamp"
)
SEGMENT_COLUMNS = "customer_id varchar, measured_at timestamp, segment_type varchar, segment varchar"
EXPERIMENTS = range(12)
AMOUNTS = ("contribution_amount", "service_cost_amount", "net_value_amount", "net_value_amount_adjusted")


@dataclass(frozen=True)
class Customer:
    experiment: str
    name: str
    is_treated: bool
    is_mature: bool
    is_recalled: bool
    is_harmed: bool
    contribution: float
    service_cost: float
    prior: float
    segment: str

    @property
    def net_value(self) -> float:
        return self.contribution - self.service_cost


def random_experiment(random: np.random.Generator, name: str) -> list[Customer]:
    """Return customers of whom the past tells something, with cents, some of them not yet mature."""
    size, slope = int(random.integers(12, 250)), float(random.choice([0, 0.3, 1.5]))
    customers = []
    for number in range(size):
        prior = round(float(random.gamma(1.5, 400)), 2)
        treated = bool(random.random() < 0.6)
        spent = max(0.0, slope * prior + random.normal(50 + 30 * treated, 80))
        customers.append(
            Customer(
                experiment=name,
                name=f"{name}-{number}",
                is_treated=treated,
                is_mature=bool(random.random() < 0.9),
                is_recalled=bool(random.random() < 0.1 + 0.1 * treated),
                is_harmed=bool(random.random() < 0.03),
                contribution=round(spent, 2),
                service_cost=round(float(random.exponential(5)), 2),
                prior=prior,
                segment=str(random.choice(["short", "long"])),
            )
        )
    return customers


def effects(bench: ModelBench, customers: list[Customer], probability: float = 0.6) -> dict[tuple[str, ...], dict]:
    """Return what the models tell, by experiment, metric, segment type and segment."""
    followed = [
        (
            *(one.name, one.experiment, None, None, one.name, "treatment" if one.is_treated else "control"),
            *(probability if one.is_treated else 1 - probability, one.is_mature),
            *((one.is_recalled, one.is_harmed) if one.is_mature else (None, None)),
            *((money(one.contribution), money(one.service_cost)) if one.is_mature else (None, None)),
            *(money(one.prior), DRAWN),
        )
        for one in customers
    ]
    rows = bench.run(
        "rpt_experiment_effects",
        {
            "int_assignments_followed": (FOLLOWED_COLUMNS, followed),
            "int_winback_segments_assigned": (
                SEGMENT_COLUMNS,
                [(one.name, DRAWN, "silence", one.segment) for one in customers],
            ),
            "winback_plans": ("plan_id varchar, srm_alpha double", []),
            "thresholds": (
                "threshold_id varchar, threshold_value double",
                [("experiment_srm_alpha", 0.001)],
            ),
        },
    )
    return {(row["experiment_id"], row["metric"], row["segment_type"], row["segment"]): row for row in rows}


def money(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def groups(customers: list[Customer]) -> dict[tuple[str, str, str], list[Customer]]:
    """Return the customers of each experiment, and of each of its segments."""
    found: dict[tuple[str, str, str], list[Customer]] = {}
    for one in customers:
        for segment in (("all", "all"), ("silence", one.segment)):
            found.setdefault((one.experiment, *segment), []).append(one)
    return found


def outcomes(customers: list[Customer], metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the metric of the treated and of the held out."""
    mature = [one for one in customers if one.is_mature]
    treated = np.array([one.is_treated for one in mature])
    values = {
        "recall_rate": [float(one.is_recalled) for one in mature],
        "harm_rate": [float(one.is_harmed) for one in mature],
        "contribution_amount": [one.contribution for one in mature],
        "service_cost_amount": [one.service_cost for one in mature],
    }.get(metric, [one.net_value for one in mature])
    values = np.array(values)
    if metric == "net_value_amount_adjusted":
        prior = np.array([one.prior for one in mature])
        values = values - slope(mature) * (prior - prior.mean())
    return values[treated], values[~treated]


def slope(mature: list[Customer]) -> float:
    """Return theta: the covariance of net value and past, over the variance of the past."""
    covariance = np.cov([one.net_value for one in mature], [one.prior for one in mature])
    return float(covariance[0, 1] / covariance[1, 1])


@pytest.fixture(scope="module")
def company() -> list[Customer]:
    random = np.random.default_rng(20250303)
    return [one for number in EXPERIMENTS for one in random_experiment(random, f"e{number:02}")]


@pytest.fixture(scope="module")
def told(bench: ModelBench, company: list[Customer]) -> dict[tuple[str, ...], dict[str, Any]]:
    return effects(bench, company)


@pytest.mark.parametrize("metric", AMOUNTS)
def test_means_have_welch_intervals(company: list[Customer], told: dict, metric: str) -> None:
    compared = 0
    for (experiment, *segment), customers in groups(company).items():
        row = told[experiment, metric, *segment]
        treated, held_out = outcomes(customers, metric)
        assert row["treatment_value"] == pytest.approx(treated.mean(), rel=1e-9)
        assert row["control_value"] == pytest.approx(held_out.mean(), rel=1e-9)
        assert (row["treatment_value_lower"], row["control_value_upper"]) == (None, None), "those are limits of rates"
        assert row["difference"] == pytest.approx(treated.mean() - held_out.mean(), abs=1e-7)
        wanted = stats.ttest_ind(treated, held_out, equal_var=False)
        if wanted.df < 4:  # the quantile is only good from there on
            continue
        limits = wanted.confidence_interval(0.95)
        width = limits.high - limits.low
        assert row["difference_lower"] == pytest.approx(limits.low, abs=1e-5 * width)
        assert row["difference_upper"] == pytest.approx(limits.high, abs=1e-5 * width)
        compared += 1
    assert compared > len(EXPERIMENTS) * 2


def test_the_past_is_taken_out_by_its_slope(company: list[Customer], told: dict) -> None:
    for (experiment, *segment), customers in groups(company).items():
        mature = [one for one in customers if one.is_mature]
        row = told[experiment, "net_value_amount_adjusted", *segment]
        explained = stats.pearsonr([one.net_value for one in mature], [one.prior for one in mature]).statistic ** 2
        assert row["theta"] == pytest.approx(slope(mature), rel=1e-7)
        assert row["variance_reduction_rate"] == pytest.approx(explained, rel=1e-7)


def test_the_adjusted_interval_is_the_narrower_the_more_the_past_tells(company: list[Customer], told: dict) -> None:
    ratios = []
    for experiment in {one.experiment for one in company}:
        plain, adjusted = (told[experiment, metric, "all", "all"] for metric in AMOUNTS[2:])
        if min(plain["treatment_count"], plain["control_count"]) > 20:
            ratios.append((adjusted["variance_reduction_rate"], width(adjusted) / width(plain)))
    assert any(explained > 0.5 for explained, _ in ratios)
    for explained, ratio in ratios:
        assert ratio == pytest.approx(np.sqrt(1 - explained), abs=0.1)


def width(row: dict[str, Any]) -> float:
    return row["difference_upper"] - row["difference_lower"]


@pytest.mark.parametrize("metric", ["recall_rate", "harm_rate"])
def test_rates_have_newcombe_intervals_of_wilson_limits(company: list[Customer], told: dict, metric: str) -> None:
    for (experiment, *segment), customers in groups(company).items():
        row = told[experiment, metric, *segment]
        arms = outcomes(customers, metric)
        (p, lower_p, upper_p), (q, lower_q, upper_q) = (
            (arm.mean(), *stats.binomtest(int(arm.sum()), len(arm)).proportion_ci(method="wilson")) for arm in arms
        )
        assert row["treatment_rate_count"] == arms[0].sum()
        assert row["treatment_value_lower"] == pytest.approx(lower_p, abs=1e-9)
        assert row["control_value_upper"] == pytest.approx(upper_q, abs=1e-9)
        assert row["difference"] == pytest.approx(p - q, abs=1e-12)
        assert row["difference_lower"] == pytest.approx(p - q - np.hypot(p - lower_p, upper_q - q), abs=1e-9)
        assert row["difference_upper"] == pytest.approx(p - q + np.hypot(upper_p - p, q - lower_q), abs=1e-9)


def test_the_sample_ratio_is_tested_against_the_stated_probability(company: list[Customer], told: dict) -> None:
    for (experiment, *segment), customers in groups(company).items():
        row = told[experiment, "recall_rate", *segment]
        treated = sum(one.is_treated for one in customers)
        planned = np.array([0.6, 0.4]) * len(customers)
        wanted = stats.chisquare([treated, len(customers) - treated], planned)
        assert row["planned_treatment_probability"] == pytest.approx(0.6, abs=1e-12)
        assert row["srm_chi_square"] == pytest.approx(wanted.statistic, rel=1e-9, abs=1e-12)
        assert row["srm_p_value"] == pytest.approx(wanted.pvalue, rel=1e-9)
        assert row["is_srm_valid"] == (wanted.pvalue >= 0.001)
        assert row["is_mature"] == all(one.is_mature for one in customers)


def test_swapping_the_arms_flips_the_sign_and_mirrors_the_limits(
    bench: ModelBench, company: list[Customer], told: dict
) -> None:
    swapped = effects(
        bench, [Customer(**{**vars(one), "is_treated": not one.is_treated}) for one in company], probability=0.4
    )
    assert swapped.keys() == told.keys()
    for key, row in told.items():
        other = swapped[key]
        assert other["difference"] == pytest.approx(-row["difference"], abs=1e-9)
        if row["difference_lower"] is not None:
            assert other["difference_lower"] == pytest.approx(-row["difference_upper"], abs=1e-9)
            assert other["difference_upper"] == pytest.approx(-row["difference_lower"], abs=1e-9)
        assert other["srm_chi_square"] == pytest.approx(row["srm_chi_square"], abs=1e-9)


def test_without_a_control_no_effect_is_told(bench: ModelBench, company: list[Customer]) -> None:
    told = effects(bench, [one for one in company if one.is_treated], probability=1)
    assert told
    for row in told.values():
        assert row["treatment_value"] is not None
        assert not row["has_control"]
        causal = ("control_value", "difference", "difference_lower", "difference_upper", "srm_p_value", "is_srm_valid")
        assert [row[name] for name in causal] == [None] * len(causal)


def test_a_past_that_does_not_vary_adjusts_nothing(bench: ModelBench, company: list[Customer]) -> None:
    told = effects(bench, [Customer(**{**vars(one), "prior": 33.1}) for one in company])
    for (experiment, metric, *segment), row in told.items():
        if metric == "net_value_amount_adjusted":
            plain = told[experiment, "net_value_amount", *segment]
            names = ("treatment_value", "control_value", "difference", "difference_lower", "difference_upper")
            assert [row[name] for name in names] == [plain[name] for name in names]
            assert (row["theta"], row["variance_reduction_rate"]) == (0, 0)


def test_the_order_of_the_rows_does_not_matter(bench: ModelBench, company: list[Customer], told: dict) -> None:
    assert effects(bench, company[::-1]) == told
