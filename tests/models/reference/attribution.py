"""The five attribution models, in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

Touch = tuple[datetime, str]


def touches_of(conversion: datetime, earlier: list[datetime], touches: list[Touch], window_days: int) -> list[Touch]:
    """Return the touches of a conversion in their order: in its window, and after the last earlier conversion."""
    before = [instant for instant in earlier if instant < conversion]
    start = conversion - timedelta(days=window_days)
    return sorted(
        touch for touch in touches if start <= touch[0] <= conversion and not (before and touch[0] <= max(before))
    )


def shares(model: str, days_before: list[float], half_life: float, first: Fraction, last: Fraction) -> list[float]:
    """Return the share of each touch, given how many days before the conversion it was, the oldest first."""
    count = len(days_before)
    if model == "first":
        return [1.0] + [0.0] * (count - 1)
    if model == "last":
        return [0.0] * (count - 1) + [1.0]
    if model == "time_decay":
        weights = [2 ** (-days / half_life) for days in days_before]
        return [weight / sum(weights) for weight in weights]
    if model == "linear" or count == 1:
        return [1 / count] * count
    return _position(count, first, last)


def _position(count: int, first: Fraction, last: Fraction) -> list[float]:
    if count > 2:
        return [float(first)] + [float((1 - first - last) / (count - 2))] * (count - 2) + [float(last)]
    if first + last == 0:
        return [0.5, 0.5]
    return [float(first / (first + last)), float(last / (first + last))]
