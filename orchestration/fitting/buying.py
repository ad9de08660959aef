"""How a company's customers buy: BG/NBD for how often and until when, gamma-gamma for how much.

BG/NBD: while a customer is alive, purchases come at random with a rate of its own, gamma distributed among customers
(shape r, scale alpha, per week); after each purchase it drops out with a probability of its own, beta distributed
(a, b). Fader, Hardie and Lee, Marketing Science 24 (2005), 275-284.

Gamma-gamma: a customer's purchases vary around a mean of its own, and the means among customers (p, q, gamma). Fader
and Hardie, "The gamma-gamma model of monetary value" (2013).

Both by maximum likelihood: the likelihoods and their gradients are closed, SciPy finds the maximum from several fixed
starts. Golden values: the parameters that were published for CDNOW, to three digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1, psi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Likelihood = Callable[[Numbers], tuple[float, Numbers]]  # of logarithms of parameters: itself and its gradient

# A maximum at one of these bounds is no fit: the data do not tell the parameter.
SMALLEST, LARGEST = 1e-3, 1e5
# At these it is one: customers are so much alike that the data do not tell how much. Beyond the first two the series by
# which the marts sum up expected purchases would not settle.
LARGEST_DROPOUT = (10.0, 100.0)
LARGEST_ALIKENESS = 1e4
SERIES_TERMS = 100
LARGEST_SERIES_ERROR = 0.05
WEEKS_AHEAD = 365 / 7
OPTIONS = {"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500}
AT_BOUND = 1e-9
FLAT = 1e-6


@dataclass(frozen=True)
class Fit:
    """Parameters at the maximum of a likelihood."""

    parameters: tuple[float, ...]
    log_likelihood: float


def fit_purchases(repeats: Numbers, recency: Numbers, age: Numbers) -> Fit | None:
    """Return r, alpha, a and b of BG/NBD, or None where the data do not tell them.

    Args:
        repeats: purchases after the first, of each customer.
        recency: weeks from the first purchase to the last.
        age: weeks from the first purchase until the customer was last watched.
    """
    again = repeats > 0

    def likelihood(logarithms: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = np.exp(logarithms)
        alive = -(r + repeats) * np.log(alpha + age)
        gone = np.full_like(repeats, -np.inf)
        gone[again] = np.log(a / (b + repeats[again] - 1)) - (r + repeats[again]) * np.log(alpha + recency[again])
        either = np.logaddexp(alive, gone)
        is_gone = np.exp(gone - either)
        rate = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
        dropout = gammaln(a + b) + gammaln(b + repeats) - gammaln(b) - gammaln(a + b + repeats)
        by_r = psi(r + repeats) - psi(r) + np.log(alpha)
        by_r -= (1 - is_gone) * np.log(alpha + age) + is_gone * np.log(alpha + recency)
        by_alpha = r / alpha - (r + repeats) * ((1 - is_gone) / (alpha + age) + is_gone / (alpha + recency))
        by_both = psi(a + b) - psi(a + b + repeats)
        by_a = by_both + is_gone / a
        by_b = by_both + psi(b + repeats) - psi(b)
        by_b[again] -= is_gone[again] / (b + repeats[again] - 1)
        slopes = np.array([by_r.sum() * r, by_alpha.sum() * alpha, by_a.sum() * a, by_b.sum() * b])
        return float((rate + dropout + either).sum()), slopes

    starts = product((1.0,), (float(age.mean()) / 2 + 1,), (0.5, 2.0), (3.0, 30.0))
    fit = _maximum(likelihood, starts, [(SMALLEST, LARGEST)] * 2 + [(SMALLEST, limit) for limit in LARGEST_DROPOUT])
    if fit is None or max(fit.parameters[:2]) >= LARGEST or min(fit.parameters) <= SMALLEST:
        return None
    return fit if series_error(*fit.parameters) < LARGEST_SERIES_ERROR else None


def series_error(r: float, alpha: float, a: float, b: float) -> float:
    """Return by how much the marts' series misses a year's expected purchases where it settles last.

    That is of a customer whose first two purchases were just now; as a share of what is expected.
    """
    z = WEEKS_AHEAD / (alpha + WEEKS_AHEAD)
    of_series = (a + b - 1 - r, a - 1, a + b)
    terms = np.arange(SERIES_TERMS)
    factors = (of_series[0] + terms) * (of_series[1] + terms) / ((of_series[2] + terms) * (terms + 1)) * z
    summed = 1 + float(np.cumprod(factors).sum())
    exact = 1 - (1 - z) ** (a - 1) * hyp2f1(*of_series, z)
    return abs((1 - (1 - z) ** (a - 1) * summed) / exact - 1)


def fit_spending(repeats: Numbers, mean_amount: Numbers) -> Fit | None:
    """Return p, q and gamma of the gamma-gamma model, or None where the data do not tell them.

    Sought are p, q - 1 and the mean of all, gamma p / (q - 1), in units of the mean of the data, so that neither a
    currency's size matters nor a ridge: customers who are all alike have a mean, but q and gamma without limit.

    Args:
        repeats: purchases after the first, of each customer that has any.
        mean_amount: what one of them was worth on average; above 0.
    """
    unit = float(mean_amount.mean())
    amount = mean_amount / unit
    if np.ptp(amount) == 0:  # nothing varies, so nothing tells how much
        return None

    def likelihood(logarithms: Numbers) -> tuple[float, Numbers]:
        p, beyond, mean = np.exp(logarithms)
        q, gamma = beyond + 1, mean * beyond / p
        shape, spent = p * repeats, gamma + repeats * amount
        each = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma) - (shape + q) * np.log(spent)
        each += (shape - 1) * np.log(amount) + shape * np.log(repeats)
        by_p = float((repeats * (psi(shape + q) - psi(shape) + np.log(amount * repeats / spent))).sum())
        by_q = float((psi(shape + q) - psi(q) + np.log(gamma / spent)).sum())
        by_gamma = float((q / gamma - (shape + q) / spent).sum()) * gamma
        return float(each.sum()), np.array([p * by_p - by_gamma, beyond * by_q + by_gamma, by_gamma])

    starts = product((0.3, 5.0), (2.0, 50.0), (1.0,))
    fit = _maximum(likelihood, starts, [(SMALLEST, LARGEST), (SMALLEST, LARGEST_ALIKENESS), (SMALLEST, LARGEST)])
    if fit is None or max(fit.parameters[::2]) >= LARGEST or min(fit.parameters) <= SMALLEST:
        return None
    p, beyond, mean = fit.parameters
    log_likelihood = fit.log_likelihood - len(repeats) * float(np.log(unit))
    return Fit((p, beyond + 1, mean * unit * beyond / p), log_likelihood)


def _maximum(
    likelihood: Likelihood, starts: Iterable[tuple[float, ...]], bounds: list[tuple[float, float]]
) -> Fit | None:
    """Return the highest of the maxima that are reached from the starts, or None where none is reached."""

    def downhill(logarithms: Numbers) -> tuple[float, Numbers]:
        value, slopes = likelihood(logarithms)
        return -value, -slopes

    found = [
        minimize(downhill, np.log(start), jac=True, method="L-BFGS-B", bounds=np.log(bounds), options=OPTIONS)
        for start in starts
    ]
    reached = [one for one in found if np.isfinite(one.fun) and _is_flat(one.x, one.jac, bounds, one.fun)]
    if not reached:
        return None
    best = min(reached, key=lambda one: one.fun)
    values = [_at_bound(value, bound) for value, bound in zip(np.exp(best.x), bounds, strict=True)]
    return Fit(tuple(values), -float(best.fun))


def _at_bound(value: float, bound: tuple[float, float]) -> float:
    """Return the bound that a value is at but for the last digits, which its logarithm may miss; else the value."""
    return next((limit for limit in bound if abs(value / limit - 1) < AT_BOUND), float(value))


def _is_flat(place: Numbers, slopes: Numbers, bounds: list[tuple[float, float]], value: float) -> bool:
    """Tell whether nothing more is to be gained: the slopes are 0 but for those that lead out of the bounds."""
    lows, highs = np.log(bounds).T
    leads_out = ((place <= lows) & (slopes > 0)) | ((place >= highs) & (slopes < 0))
    return bool(np.abs(np.where(leads_out, 0, slopes)).max() < FLAT * max(1.0, abs(value)))
