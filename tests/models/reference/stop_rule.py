"""The statistics of two arms and the stop rule of a win-back plan, one look at a time, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, erfc, inf, sqrt
from statistics import NormalDist

NORMAL = NormalDist()
Limits = tuple[float, float]


@dataclass(frozen=True)
class Arm:
    """One arm: how many were assigned, whose horizon is over, who came back of them, who complained or opted out."""

    assigned: int
    mature: int
    recalled: int
    harmed: int


@dataclass(frozen=True)
class Plan:
    """What was declared before the first wave, and what a contact, an offer and a return are worth."""

    treatment_probability: float
    waves: int
    alpha: float
    srm_alpha: float
    min_recall_rate: float
    contact_cost: float
    offer_cost: float
    second_lifetime_value: float | None


def wilson(successes: int, trials: int, z: float) -> Limits:
    """Return the two rates whose distance from the observed one is z of their own standard errors, by bisection."""
    observed = successes / trials
    return _farthest(observed, trials, z, 0.0), _farthest(observed, trials, z, 1.0)


def _farthest(observed: float, trials: int, z: float, end: float) -> float:
    near, far = observed, end
    for _ in range(200):
        middle = (near + far) / 2
        if abs(observed - middle) <= z * sqrt(middle * (1 - middle) / trials):
            near = middle
        else:
            far = middle
    return near


def newcombe(x: int, n: int, y: int, m: int, z: float) -> Limits:
    """Return the limits of x / n minus y / m by Newcombe's tenth method."""
    (p_low, p_high), (q_low, q_high) = wilson(x, n, z), wilson(y, m, z)
    p, q = x / n, y / m
    lower = p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    return lower, p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)


def chi_square(treatment: int, control: int, probability: float) -> float:
    """Return the chi-square of two observed counts against the planned ratio."""
    total = treatment + control
    planned = (total * probability, total * (1 - probability))
    return sum((found - told) ** 2 / told for found, told in zip((treatment, control), planned, strict=True))


def chi_square_p_value(x: float) -> float:
    """Return how probable so large a chi-square is by chance, with one degree of freedom."""
    return erfc(sqrt(x / 2))


def customers_per_arm(p: float, q: float) -> int:
    """Return how many customers each arm needs to see p against q with a power of 80 %, at 5 % on two sides."""
    quantiles = NORMAL.inv_cdf(0.975) + NORMAL.inv_cdf(0.8)
    return ceil(quantiles**2 * (p * (1 - p) + q * (1 - q)) / (p - q) ** 2)


def break_even_lift(plan: Plan, treatment: Arm) -> float | None:
    """Return the lift from which a contact pays, where a return is worth anything."""
    if not plan.second_lifetime_value or plan.second_lifetime_value <= 0 or not treatment.mature:
        return None
    cost = plan.contact_cost + treatment.recalled / treatment.mature * plan.offer_cost
    return cost / plan.second_lifetime_value


def decision(plan: Plan, wave: int, treatment: Arm, control: Arm) -> str:
    """Return the first outcome that holds."""
    chance = chi_square_p_value(chi_square(treatment.assigned, control.assigned, plan.treatment_probability))
    if chance < plan.srm_alpha:
        return "invalid"
    if treatment.mature + control.mature < treatment.assigned + control.assigned:
        return "collect_more"
    for outcome, holds in verdicts(plan, treatment, control).items():
        if holds:
            return outcome
    return "collect_more" if wave < plan.waves else "inconclusive"


def verdicts(plan: Plan, treatment: Arm, control: Arm) -> dict[str, bool]:
    """Return for each verdict, in the order in which they are asked, whether it holds."""
    z = NORMAL.inv_cdf(1 - plan.alpha / plan.waves / 2)
    lift, harm, most = (-inf, inf), (-inf, inf), inf
    if treatment.mature:
        most = wilson(treatment.recalled, treatment.mature, z)[1]
    if treatment.mature and control.mature:
        lift = newcombe(treatment.recalled, treatment.mature, control.recalled, control.mature, z)
        harm = newcombe(treatment.harmed, treatment.mature, control.harmed, control.mature, z)
    pays = break_even_lift(plan, treatment)
    return {
        "stop_futile": pays is not None and lift[1] < pays,
        "stop_quantity": most < plan.min_recall_rate,
        "stop_harm": harm[0] > 0,
        "continue": pays is not None and lift[0] > pays,
    }
