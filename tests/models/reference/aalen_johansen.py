"""Cumulative incidence of one kind of end among others, in plain Python: fractions, and the variance in doubles."""

from __future__ import annotations

from fractions import Fraction

Story = tuple[int, str]  # after how long, and how it ended: converted, lost, expired, or open


def incidence(stories: list[Story]) -> list[tuple[int, Fraction, dict[str, Fraction]]]:
    """Return for each duration the share still open and the shares that ended in each way, after Aalen and Johansen."""
    told = []
    survival, shares = Fraction(1), {kind: Fraction(0) for kind in ("converted", "lost", "expired")}
    for time in sorted({time for time, _ in stories}):
        at_risk = sum(later >= time for later, _ in stories)
        ended = [kind for now, kind in stories if now == time and kind != "open"]
        for kind in shares:
            shares[kind] += survival * Fraction(ended.count(kind), at_risk)
        survival *= 1 - Fraction(len(ended), at_risk)
        told.append((time, survival, dict(shares)))
    return told


def variance(stories: list[Story]) -> float:
    """Return the variance of the converted share at the end, term by term as Marubini and Valsecchi write it."""
    curve = incidence(stories)
    last = float(curve[-1][2]["converted"])
    before, total = 1.0, 0.0
    for time, survival, shares in curve:
        at_risk = sum(later >= time for later, _ in stories)
        ended = sum(now == time and kind != "open" for now, kind in stories)
        converted = sum(now == time and kind == "converted" for now, kind in stories)
        ahead = last - float(shares["converted"])
        if ended < at_risk:
            total += ahead**2 * ended / (at_risk * (at_risk - ended))
        total += before**2 * converted * (at_risk - converted) / at_risk**3
        total -= 2 * ahead * before * converted / at_risk**2
        before = float(survival)
    return max(total, 0.0)
