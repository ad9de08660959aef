"""The marts recover what the sample company's generator knows to be true."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import timedelta
from functools import cache
from math import exp, hypot, prod, sqrt
from typing import TYPE_CHECKING

import pytest
from scipy.stats import binomtest

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("sample")

SEEDS = PROJECT_FOLDER / "seeds"


@cache
def truth() -> dict:
    return json.loads((SEEDS / "truth.json").read_text(encoding="utf-8"))


@cache
def people() -> list[dict[str, str]]:
    with (SEEDS / "truth_customers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def identities() -> list[dict[str, str]]:
    with (SEEDS / "truth_identities.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_person_is_one_customer_and_nobody_is_two(query: Callable[..., list[tuple]], working: Callable) -> None:
    kinds = {"lead": "lead", "contact": "contact", "shop_customer": "buyer", "account": "account"}
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    customers_of_person, persons_of_customer = defaultdict(set), defaultdict(set)
    unknown = 0
    for row in identities():
        customer = customer_of.get(f"{kinds[row['record_kind']]}:{row['record_id']}")
        if customer is None:
            unknown += 1
            continue
        customers_of_person[row["person_id"]].add(customer)
        persons_of_customer[customer].add(row["person_id"])
    assert {person: found for person, found in customers_of_person.items() if len(found) > 1} == {}
    assert {customer: found for customer, found in persons_of_customer.items() if len(found) > 1} == {}
    assert len(customers_of_person) == query("select count(*) from dim_customers")[0][0]
    assert unknown <= len(identities()) * 0.02, "all but the quarantined records are known"


def test_the_first_purchase_of_every_customer_is_found(query: Callable[..., list[tuple]], working: Callable) -> None:
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    first_order = dict(query("select customer_id, first_ordered_at::varchar from dim_customers"))
    compared = 0
    for person in people():
        customer = customer_of.get(f"buyer:{person['customer_id']}")
        if customer is not None and person["first_core_order_at"]:
            assert first_order[customer] == person["first_core_order_at"], person
            compared += 1
    assert compared > 900


def true_rate(step: str) -> float:
    """Return the true probability of a step, persons of both segments weighed by how many took it."""
    segments = [truth()["conversion"][segment][step] for segment in ("self_pay_young", "family")]
    return sum(s["entered"] * s["true_probability"] for s in segments) / sum(s["entered"] for s in segments)


STEPS = {
    "registered": "lead_to_registration",
    "trial_booked": "registration_to_trial_booked",
    "trial_attended": "trial_booked_to_attended",
    "first_order": "trial_attended_to_first_order",
}


def test_the_funnel_holds_the_true_conversion_within_its_interval(query: Callable[..., list[tuple]]) -> None:
    rows = query(
        """
        select step, cumulative_incidence_rate_lower, cumulative_incidence_rate_upper from rpt_funnel_conversion
        where funnel_id = 'education_example' and measured_from = 'step_before'
            and cohort_grain = 'all' and breakdown = 'all'
        """
    )
    limits = {step: (lower, upper) for step, lower, upper in rows}
    for step, true_step in STEPS.items():
        lower, upper = limits[step]
        assert lower < true_rate(true_step) < upper, step
        assert upper - lower < 0.06


def test_incidence_of_young_leads_is_not_too_low_where_the_naive_rate_is(query: Callable[..., list[tuple]]) -> None:
    """Leads of the last month have been watched for 31 days at most, and a first order takes 21 days at the median."""
    ((naive, upper_of_naive, lower, upper),) = query(
        """
        select naive_rate, naive_rate_upper, cumulative_incidence_rate_lower, cumulative_incidence_rate_upper
        from rpt_funnel_conversion
        where funnel_id = 'education_example' and measured_from = 'start' and step = 'first_order'
            and cohort_grain = 'month' and breakdown = 'all' and cohort_start_date = '2025-12-01'
        """
    )
    wanted = prod(true_rate(step) for step in STEPS.values())
    assert upper_of_naive < wanted / 2, "the naive rate does not even come near"
    assert naive < lower < wanted < upper


def test_churned_customers_are_those_silent_for_longer_than_the_threshold(
    query: Callable[..., list[tuple]], working: Callable
) -> None:
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    stage_of = dict(query("select customer_id, lifecycle_stage from dim_customers"))
    as_of = query("select max(occurred_at) from fct_customer_events")[0][0]
    wrong = []
    for person in people():
        customer = customer_of.get(f"buyer:{person['customer_id']}")
        if customer is None or not person["last_qualifying_order_at"]:
            continue
        silent = (as_of - _instant(person["last_qualifying_order_at"])).total_seconds() / 86400
        if (stage_of[customer] == "churned") != (silent >= 180):
            wrong.append((person["customer_id"], silent, stage_of[customer]))
    assert wrong == []


def test_the_true_churn_hazard_of_each_segment_lies_within_its_interval(
    query: Callable[..., list[tuple]], working: Callable
) -> None:
    """A customer's life is told by the first purchase and the last one before it fell silent for 180 days.

    Of the last 180 days nobody can know yet, so lives are watched until then. Events over months at risk, by Poisson.
    """
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    as_of = query("select max(occurred_at) from fct_customer_events")[0][0]
    watched_until = as_of - timedelta(days=180)
    lives = {
        customer: (began, ended - timedelta(days=180) if ended else None)
        for customer, began, ended in query(
            """
            select entity_id, min(occurred_at) filter (to_stage = 'new_customer'),
                min(occurred_at) filter (to_stage = 'churned')
            from fct_stage_transitions where lifecycle_id = 'customer' group by entity_id
            """
        )
        if began and began < watched_until
    }
    for segment, facts in truth()["churn"].items():
        mine = {customer_of.get(f"buyer:{one['customer_id']}") for one in people() if one["segment"] == segment}
        ends = [(began, ended) for customer, (began, ended) in lives.items() if customer in mine]
        days = sum(((ended or watched_until) - began).total_seconds() / 86400 for began, ended in ends)
        months, churned = days / 30.4375, sum(ended is not None for _, ended in ends)
        lower, upper = (1 - exp(-(churned + side * 1.96 * sqrt(churned)) / months) for side in (-1, 1))
        assert lower < facts["monthly_hazard"] < upper, segment
        assert segment == "b2b" or upper - lower < 0.025


def test_who_is_told_to_be_gone_is_gone_and_who_is_told_to_be_alive_is(
    query: Callable[..., list[tuple]], working: Callable
) -> None:
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    alive_of = {
        customer_of.get(f"buyer:{one['customer_id']}"): not (
            one["churned_again_at"] if one["won_back_at"] else one["churned_at"]
        )
        for one in people()
    }
    rows = query("select customer_id, alive_probability from rpt_customer_value where alive_probability is not null")
    found = [(probability, alive_of[customer]) for customer, probability in rows if customer in alive_of]
    assert len(found) > 900
    likely = [alive for probability, alive in found if probability > 0.9]
    unlikely = [alive for probability, alive in found if probability < 0.1]
    assert sum(likely) / len(likely) > 0.9
    assert sum(unlikely) / len(unlikely) < 0.01
    assert len(likely) + len(unlikely) > len(found) / 2


def test_the_flagged_are_nearly_those_whom_the_truth_would_flag(
    query: Callable[..., list[tuple]], working: Callable
) -> None:
    """Nobody can flag better than by knowing who has left: those who have not leave by a constant small hazard."""
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    lives = {customer_of.get(f"buyer:{one['customer_id']}"): one for one in people()}
    snapshots = working(
        """
        select customer_id, score_date::varchar, is_gone, is_flagged from intermediate.int_scores_grouped
        where score_id = 'churn_risk' and period_unit = 'quarter' and period_start_date >= '2025-04-01'
        """
    )
    found = [(gone, flagged, has_left(lives[customer], day)) for customer, day, gone, flagged in snapshots]
    assert len(found) > 3000
    model, best = (f1([(gone, flags[place]) for gone, *flags in found]) for place in (0, 1))
    assert best > 0.9
    assert model > 0.95 * best
    judged = query(
        """
        select score_id, precision_rate, recall_rate, auc, calibration_slope from rpt_score_backtest
        where period_unit = 'quarter' and band = 'all' and period_start_date >= '2025-04-01'
        """
    )
    auc = {score: min(row[3] for row in judged if row[0] == score) for score, *_ in judged}
    for score, precision, recall, _, slope in judged:
        if score == "churn_risk":
            assert min(precision, recall) > 0.8
            assert 0.8 < slope < 1.2
    assert auc["churn_risk"] > 0.94
    assert auc["churn_risk"] > auc["health_score"] > auc["rule_risk"] > auc["risk_signals"] > 0.6


def has_left(life: dict[str, str], day: str) -> bool:
    """Tell whether somebody had left by the end of a day and had not been won back."""
    left, returned, left_again = (life[name][:10] for name in ("churned_at", "won_back_at", "churned_again_at"))
    if returned and returned <= day:
        return bool(left_again) and left_again <= day
    return bool(left) and left <= day


def f1(found: list[tuple[bool, bool]]) -> float:
    """Return the harmonic mean of precision and recall of pairs of what is true and what is told."""
    return 2 * sum(true and told for true, told in found) / sum(true + told for true, told in found)


def test_returns_by_campaign_are_those_of_the_recalled(query: Callable[..., list[tuple]]) -> None:
    recalled: dict[str | None, int] = defaultdict(int)
    for group, facts in truth()["winback"].items():
        recalled[group.partition("/")[0]] += facts["recalled_t"]
        recalled[None] += facts["recalled_c"]
    returns = query(
        """
        select reactivation_campaign_id, count(*) from fct_stage_transitions
        where reactivation_source is not null group by reactivation_campaign_id
        """
    )
    assert dict(returns) == recalled


def newcombe(recalled: int, treated: int, returned: int, held_out: int) -> tuple[float, float]:
    """Return the limits of the difference of two rates at 95 %, by Newcombe's tenth method."""
    (p, lower_p, upper_p), (q, lower_q, upper_q) = (
        (x / n, *binomtest(x, n).proportion_ci(method="wilson")) for x, n in ((recalled, treated), (returned, held_out))
    )
    return p - q - hypot(p - lower_p, upper_q - q), p - q + hypot(upper_p - p, q - lower_q)


def test_the_lift_of_the_recall_is_the_planted_one(query: Callable[..., list[tuple]], working: Callable) -> None:
    """By wave and true segment; pooled over waves; and in all, as the evaluation tells it."""
    customer_of = dict(working("select party_key, customer_id from intermediate.int_identity_map"))
    segment_of = {customer_of.get(f"buyer:{one['customer_id']}"): one["segment"] for one in people()}
    followed = working("select experiment_id, customer_id, arm, is_recalled from intermediate.int_assignments_followed")
    found = [(f"{experiment}/{segment_of[customer]}", arm, back) for experiment, customer, arm, back in followed]
    counts: dict[str, list[int]] = {}
    for group, facts in truth()["winback"].items():
        treated, held_out = ([back for where, arm, back in found if (where, arm) == (group, a)] for a in ARMS)
        counts[group] = [sum(treated), len(treated), sum(held_out), len(held_out)]
        assert counts[group] == [facts[name] for name in ("recalled_t", "n_t", "recalled_c", "n_c")], group
        lower, upper = newcombe(*counts[group])
        assert lower < facts["p_t"] - facts["p_c"] < upper, group
    assert sum(treated + held_out for _, treated, _, held_out in counts.values()) == len(found)
    for segment in {group.partition("/")[2] for group in counts}:
        groups = [group for group in counts if group.endswith(f"/{segment}")]
        lower, upper = newcombe(*(sum(column) for column in zip(*(counts[group] for group in groups), strict=True)))
        assert lower < planted_lift(groups) < upper, segment
    looks = query(
        """
        select look_scope, wave_number, lift_lower, lift_upper from rpt_winback_evaluation
        where plan_id = 'winback_2025' and segment_type = 'all'
        """
    )
    assert len(looks) == 6
    for scope, wave, lower, upper in looks:
        waves = range(1 if scope == "to_date" else wave, wave + 1)
        groups = [group for group in counts if any(f"_w{number}/" in group for number in waves)]
        assert lower < planted_lift(groups) < upper, (scope, wave)


ARMS = ("treatment", "control")


def planted_lift(groups: list[str]) -> float:
    """Return the difference of the true rates of the arms, groups weighed by those who were in them."""
    facts = [truth()["winback"][group] for group in groups]
    p, q = (sum(one[f"n_{a}"] * one[f"p_{a}"] for one in facts) / sum(one[f"n_{a}"] for one in facts) for a in "tc")
    return p - q


def test_a_recall_that_pays_is_told_to_go_on(query: Callable[..., list[tuple]]) -> None:
    """The true lift is above 0.13, and a lift of 0.02 pays."""
    decisions = query(
        """
        select wave_number, decision from rpt_winback_evaluation
        where plan_id = 'winback_2025' and look_scope = 'to_date' and segment_type = 'all' order by wave_number
        """
    )
    assert decisions[-1] == (3, "continue")
    assert not {decision for _, decision in decisions} & {"invalid", "stop_futile", "stop_quantity", "stop_harm"}


def _instant(text: str) -> object:
    from datetime import datetime

    return datetime.fromisoformat(text)


def test_planted_shared_values_glue_nobody_together(working: Callable) -> None:
    shared = working(
        """
        select value_key, count(distinct party_key) as parties from intermediate.int_party_values_guarded
        group by value_key having count(distinct party_key) > 8
        """
    )
    assert shared == []


def test_test_orders_and_lead_products_make_no_customer(query: Callable[..., list[tuple]]) -> None:
    assert query("select count(*) from fct_orders where is_test and is_qualifying") == [(0,)]
    assert query("select count(*) from fct_orders where is_lead_product_only and is_qualifying") == [(0,)]
    assert query("select count(*) > 0 from fct_orders where is_lead_product_only") == [(True,)]
