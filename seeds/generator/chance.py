"""Draws that give the same result on every machine: named streams, days, and hours of the day."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from .settings import END, SEED

T = TypeVar("T")
NIGHT_FROM, NIGHT_TO = 18, 22


def stream(*names: object) -> random.Random:
    """Return the generator of one named stream, so that a change in one part leaves the others alone."""
    return random.Random("/".join(str(name) for name in (SEED, *names)))


def happens(rng: random.Random, probability: float) -> bool:
    """Draw yes with the given probability."""
    return rng.random() < probability


def pick(rng: random.Random, weights: Mapping[str, float]) -> str:
    """Draw a key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def one_of(rng: random.Random, options: Sequence[T]) -> T:
    """Draw one option, all alike."""
    return options[int(rng.random() * len(options))]


def some(rng: random.Random, options: Sequence[T], count: int) -> list[T]:
    """Draw several different options, in the order in which they stand."""
    marked = sorted((rng.random(), place) for place in range(len(options)))[:count]
    return [options[place] for _, place in sorted(marked, key=lambda pair: pair[1])]


def days(count: float) -> timedelta:
    """Return a span of days, in whole seconds."""
    return timedelta(seconds=int(count * 86400))


def skewed_days(rng: random.Random, median: float, sigma: float = 0.9) -> timedelta:
    """Draw a lognormal span."""
    return days(median * rng.lognormvariate(0, sigma))


def mean_days(rng: random.Random, mean: float) -> timedelta:
    """Draw an exponential span."""
    return days(rng.expovariate(1 / mean))


def regular_days(rng: random.Random, mean: float) -> timedelta:
    """Draw a gamma span of shape 3: gaps that are seldom much longer than their mean."""
    return days(rng.gammavariate(3, mean / 3))


def awake(at: datetime) -> datetime:
    """Move an instant out of the deepest night (02 to 06 in Shanghai) into the morning after."""
    return at + timedelta(hours=6) if NIGHT_FROM <= at.hour < NIGHT_TO else at


def between(rng: random.Random, start: datetime, end: datetime) -> datetime:
    """Draw an instant of a span."""
    return start + timedelta(seconds=int(rng.random() * (end - start).total_seconds()))


def seen(at: datetime | None) -> datetime | None:
    """Return the instant if it lies within the period, else nothing."""
    return at if at is not None and at <= END else None
