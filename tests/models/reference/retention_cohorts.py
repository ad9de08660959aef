"""Retention cohorts, in plain Python: one customer and one period after the other."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

DAY = timedelta(days=1)
SPANS = {"day": DAY, "week": 7 * DAY}


@dataclass(frozen=True)
class CohortDefinition:
    """A line of the dictionary's `cohort_definitions`, with its metric's returns."""

    returns: frozenset[str]
    entries: frozenset[str] = frozenset()
    cohort_type: str = "first_time"
    cohort_unit: str = "month"
    period_unit: str = "month"
    alignment: str = "calendar"
    minimum_events_count: int = 1
    periods_count: int = 12
    bracket_starts: tuple[int, ...] = ()


@dataclass
class Life:
    """What is known of a customer."""

    events: list[tuple[datetime, str]] = field(default_factory=list)
    orders: list[tuple[datetime, Decimal]] = field(default_factory=list)
    returns_to_life: list[datetime] = field(default_factory=list)


class Cell(NamedTuple):
    """What is told of a cohort in one span of periods."""

    members: int
    mature: int
    retained: int
    mature_retained: int
    amount: Decimal
    mature_start_amount: Decimal
    mature_amount: Decimal


def start_of(unit: str, instant: datetime) -> datetime:
    """Return the first instant of the calendar period."""
    day = datetime(instant.year, instant.month, instant.day)
    if unit == "week":
        return day - day.weekday() * DAY
    return day.replace(day=1) if unit == "month" else day


def moved(instant: datetime, unit: str, periods: int) -> datetime:
    """Return the instant some periods later; where a month is too short, its last day."""
    if unit != "month":
        return instant + periods * SPANS[unit]
    years, index = divmod(instant.month - 1 + periods, 12)
    year, month = instant.year + years, index + 1
    return instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))


def cells(definition: CohortDefinition, lives: list[Life], as_of: datetime) -> dict[tuple[date, str, int], Cell]:
    """Return (first day of the cohort, retention kind, first period) -> cell."""
    cohorts: dict[datetime, list[_Member]] = {}
    for life in lives:
        for cohort, entered in _entries(definition, life).items():
            since = cohort if definition.alignment == "calendar" else entered
            cohorts.setdefault(cohort, []).append(_member(definition, life, since))
    return {
        (cohort.date(), kind, first): _cell(definition, (first, end), members, as_of)
        for cohort, members in cohorts.items()
        for kind, first, end in _spans(definition)
        if any(moved(member.since, definition.period_unit, first) <= as_of for member in members)
    }


class _Member(NamedTuple):
    since: datetime
    active_periods: set[int]
    amounts: dict[int, Decimal]


def _member(definition: CohortDefinition, life: Life, since: datetime) -> _Member:
    counts: Counter[int] = Counter()
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for at, kind in life.events:
        if kind in definition.returns and at >= since:
            counts[_period_of(definition, since, at)] += 1
    for at, amount in life.orders:
        if at >= since:
            amounts[_period_of(definition, since, at)] += amount
    active = {period for period, count in counts.items() if count >= definition.minimum_events_count}
    return _Member(since, {0} | active, amounts)


def _period_of(definition: CohortDefinition, since: datetime, at: datetime) -> int:
    period = 0
    while moved(since, definition.period_unit, period + 1) <= at:
        period += 1
    return period


def _entries(definition: CohortDefinition, life: Life) -> dict[datetime, datetime]:
    entered = sorted(
        life.returns_to_life
        if definition.cohort_type == "reactivated"
        else [at for at, kind in life.events if kind in (definition.entries or definition.returns)]
    )
    first: dict[datetime, datetime] = {}
    for at in entered:
        first.setdefault(start_of(definition.cohort_unit, at), at)
    return dict(list(first.items())[:1]) if definition.cohort_type == "first_time" else first


def _spans(definition: CohortDefinition) -> list[tuple[str, int, int | None]]:
    numbers = range(definition.periods_count + 1)
    brackets = zip(definition.bracket_starts, definition.bracket_starts[1:], strict=False)
    return [
        *(("on", n, n + 1) for n in numbers),
        *(("on_or_after", n, None) for n in numbers),
        *(("bracket", first, end) for first, end in brackets),
    ]


def _cell(definition: CohortDefinition, span: tuple[int, int | None], members: list[_Member], as_of: datetime) -> Cell:
    first, end = span
    retained = mature = mature_retained = 0
    amount = start_amount = mature_amount = Decimal(0)
    for member in members:
        is_there = any(first <= period and (end is None or period < end) for period in member.active_periods)
        brought = sum((member.amounts.get(period, Decimal(0)) for period in range(first, end or first)), Decimal(0))
        retained, amount = retained + is_there, amount + brought
        if moved(member.since, definition.period_unit, end or first + 1) <= as_of:
            mature, mature_retained, mature_amount = mature + 1, mature_retained + is_there, mature_amount + brought
            start_amount += member.amounts.get(0, Decimal(0))
    return Cell(len(members), mature, retained, mature_retained, amount, start_amount, mature_amount)
