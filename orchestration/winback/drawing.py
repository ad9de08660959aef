"""Draws a wave: judges everybody on the published list, gives arms to the first of it, records both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import use_one_of
from orchestration.winback import recording
from orchestration.winback.addresses import find_places, withdrawn_since
from orchestration.winback.arms import TREATMENT, arm_of, probability_of
from orchestration.winback.plans import Judged, Plan, Release, WinbackError
from orchestration.winback.recording import Member, Wave

if TYPE_CHECKING:
    import duckdb

    from orchestration.winback.addresses import Place

ASSIGNED, NO_ADDRESS, NO_CHANNEL, WITHDRAWN = "assigned", "no_address", "no_channel", "consent_withdrawn"
ELSEWHERE, BEYOND_WAVE, BEYOND_BUDGET = "in_another_experiment", "beyond_wave", "beyond_budget"
NOT_ELIGIBLE, VALUE_UNKNOWN = "not_eligible", "value_unknown"

_PUBLISHED_ELSEWHERE = """
    select distinct customer_id from fct_assignments
    where experiment_id != $1 and coalesce(horizon_ends_at > $2, true)
"""
_DECISION = """
    select decision, decision_reason from rpt_winback_evaluation
    where plan_id = $1 and look_scope = 'to_date' and decision is not null
    order by wave_number desc limit 1
"""
_HORIZONS = "select plan_id, horizon_days from dim_winback_plans"
_RECORDED_ELSEWHERE = """
    select distinct customer_id from landing.recorded_assignments
    where plan_id = $1 and experiment_id != $2 and coalesce(assigned_at + to_days(cast($3 as integer)) > $4, true)
"""


def plan_to_draw(connection: duckdb.DuckDBPyConnection, release: Release, plan_id: str, number: int) -> Plan:
    """Return the plan whose wave is to be drawn.

    Raises:
        WinbackError: there is no such plan, or another wave comes first, or no wave after the last.
    """
    plans, recorded = release.plans(), recording.drawn_plans(connection)
    if plan_id in plans:
        _refuse_out_of_order(plans[plan_id], number, recording.drawn_waves(connection, plan_id))
        return plans[plan_id]
    if plan_id in recorded:
        raise WinbackError(f"Plan '{plan_id}' is published no more; only the waves drawn before can be exported again.")
    raise WinbackError(f"There is no plan '{plan_id}'; {use_one_of(sorted({*plans, *recorded}), plan_id)}.")


def _refuse_out_of_order(plan: Plan, number: int, drawn: dict[int, Wave]) -> None:
    following = max(drawn, default=0) + 1
    if number > plan.waves_count:
        raise WinbackError(
            f"Plan '{plan.plan_id}' has {plan.waves_count} waves, so there is no wave {number}; its stop rule was made "
            "for so many, so go on with a new plan."
        )
    if number != following:
        raise WinbackError(f"Wave {number} is not the next one; draw wave {following} first, with --wave {following}.")


def refuse_what_is_stopped(release: Release, plan: Plan) -> None:
    """Refuse a further wave of a plan that its own rule has stopped.

    Raises:
        WinbackError: the last look says stop, or that the experiment is invalid.
    """
    found = release.ask(_DECISION, (plan.plan_id,))
    if found and (found[0][0].startswith("stop_") or found[0][0] == "invalid"):
        decision, reason = found[0]
        raise WinbackError(
            f"Plan '{plan.plan_id}' is stopped by its own rule: {decision}. {reason} Make a new plan, or draw in spite "
            "of it with --despite-stop."
        )


def draw_wave(connection: duckdb.DuckDBPyConnection, release: Release, plan: Plan, number: int) -> None:
    """Draw the next wave of a plan and record it, all or nothing.

    Raises:
        WinbackError: nobody is left to draw, or the list was made before the last wave was drawn.
    """
    before = recording.drawn_waves(connection, plan.plan_id).get(number - 1)
    _refuse_looking_back(release, before)
    if before and before.release_id == release.release_id:
        raise WinbackError(
            f"The list of release {release.release_id} was made before wave {before.number} was drawn; `lifecycle run` "
            "makes it anew."
        )
    wave = Wave(number, f"{plan.plan_id}_w{number}", release.as_of, release.release_id)
    busy = _customers_elsewhere(connection, release, wave.experiment_id)
    members = judge_and_draw(plan, wave.experiment_id, release.judged(plan), busy)
    if not any(member.arm for member in members):
        raise WinbackError(
            f"Nobody is left to draw for wave {number}: of {len(members)} customers judged none is eligible, of known "
            "net value, within the budget and in no other experiment; `lifecycle winback what-if` tells what each rule "
            "keeps out."
        )
    channels = {member.customer_id: member.channel for member in members if member.arm == TREATMENT}
    places = find_places(connection, release.database, channels)
    withdrawn = withdrawn_since(connection, release.database, channels, release.as_of)
    located = [_located(member, places.get(member.customer_id), withdrawn) for member in members]
    recording.record_wave(connection, wave, plan.plan_id, plan.salt, located)


def _refuse_looking_back(release: Release, before: Wave | None) -> None:
    if before and release.as_of < before.assigned_at:
        raise WinbackError(
            f"Release {release.release_id} looks back to {release.as_of}, before wave {before.number} was drawn as of "
            f"{before.assigned_at}; `lifecycle run` without --as-of returns."
        )


def _customers_elsewhere(connection: duckdb.DuckDBPyConnection, release: Release, experiment_id: str) -> set[str]:
    """Return who has an arm in another experiment that is still watched, as one without a known end is."""
    rows = release.ask(_PUBLISHED_ELSEWHERE, (experiment_id, release.as_of))
    horizons = dict(release.ask(_HORIZONS))
    for plan_id in recording.drawn_plans(connection):
        terms = [plan_id, experiment_id, horizons.get(plan_id), release.as_of]
        rows += connection.execute(_RECORDED_ELSEWHERE, terms).fetchall()
    return {customer for (customer,) in rows}


def judge_and_draw(plan: Plan, experiment_id: str, judged: list[Judged], busy: set[str]) -> list[Member]:
    """Return everybody on the list with the reason, and the arm of those who are in the wave.

    Args:
        plan: its terms say how many are drawn, and how.
        experiment_id: the wave's experiment.
        judged: the list, in the order of priority.
        busy: who is in another experiment.
    """
    members: list[Member] = []
    places_left = plan.customers_per_wave
    for customer in judged:
        reason = _reason_against(customer, busy) or (BEYOND_WAVE if places_left <= 0 else ASSIGNED)
        arm = None
        if reason == ASSIGNED:
            places_left -= 1
            arm = arm_of(customer.customer_id, experiment_id, plan.salt, plan.treatment_probability)
        members.append(_member(customer, reason, arm, plan))
    return members


def _reason_against(customer: Judged, busy: set[str]) -> str | None:
    reasons = (
        (not customer.is_eligible, customer.exclusion_reasons or NOT_ELIGIBLE),
        (customer.customer_id in busy, ELSEWHERE),
        (customer.priority_number is None, VALUE_UNKNOWN),
        (not customer.is_within_budget, BEYOND_BUDGET),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _member(customer: Judged, reason: str, arm: str | None, plan: Plan) -> Member:
    return Member(
        customer_id=customer.customer_id,
        arm=arm,
        probability=probability_of(arm, plan.treatment_probability) if arm else None,
        offer_id=customer.offer_id,
        priority_number=customer.priority_number,
        reason=reason,
        channel=customer.channel,
        weekday=customer.weekday,
        hour=customer.hour,
        expected_net_value=customer.expected_net_value,
        expected_cost_amount=customer.expected_cost_amount,
    )


def _located(member: Member, place: Place | None, withdrawn: set[str]) -> Member:
    if member.customer_id in withdrawn and member.arm == TREATMENT:
        return replace(member, reason=WITHDRAWN)
    if member.arm != TREATMENT or place:
        return replace(member, place=place)
    return replace(member, reason=NO_ADDRESS if member.channel else NO_CHANNEL)
