"""How what a customer is worth a month moves, in plain Python: one customer, one instant, one month after the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

NOTHING = Decimal(0)
PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Subscription:
    """A running agreement: what it is worth a month in the end, and the changes on the way."""

    plan: str
    amount: Decimal
    started_at: datetime
    ended_at: datetime | None = None
    changes: tuple[tuple[datetime, Decimal], ...] = ()
    currency: str = "EUR"


@dataclass(frozen=True)
class Order:
    """A qualifying order with its lines, (product, amount), and what was given back of it."""

    ordered_at: datetime
    lines: tuple[tuple[str, Decimal], ...]
    refunds: tuple[tuple[datetime, Decimal], ...] = ()

    @property
    def amount(self) -> Decimal:
        return sum((amount for _, amount in self.lines), NOTHING)


@dataclass
class Account:
    """What is known of a customer."""

    subscriptions: list[Subscription] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


class Month(NamedTuple):
    """A customer's month."""

    opening: Decimal = NOTHING
    new: Decimal = NOTHING
    reactivation: Decimal = NOTHING
    upsell: Decimal = NOTHING
    cross_sell: Decimal = NOTHING
    contraction: Decimal = NOTHING
    churned: Decimal = NOTHING
    closing: Decimal = NOTHING


class Step(NamedTuple):
    """A change of what a customer is worth; `added` stands beside all that was kept."""

    month: date
    before: Decimal
    after: Decimal
    added: Decimal


def month_of(instant: datetime) -> date:
    return date(instant.year, instant.month, 1)


def later(month: date, months: int) -> date:
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def subscription_steps(account: Account, rates: dict[str, Decimal], as_of: datetime) -> list[Step]:
    """Return the steps of all subscriptions together, one an instant."""
    changes: dict[datetime, dict[str, Decimal]] = {}
    for one in account.subscriptions:
        for at, change in _changes(one):
            if at <= as_of:
                plans = changes.setdefault(at, {})
                plans[one.plan] = plans.get(one.plan, NOTHING) + change * rates[one.currency]
    steps: list[Step] = []
    levels: dict[str, Decimal] = {}
    for at in sorted(changes):
        before = sum(levels.values(), NOTHING)
        fell = any(change < 0 for change in changes[at].values())
        added = sum((change for plan, change in changes[at].items() if not levels.get(plan)), NOTHING)
        for plan, change in changes[at].items():
            levels[plan] = levels.get(plan, NOTHING) + change
        steps.append(Step(month_of(at), before, sum(levels.values(), NOTHING), NOTHING if fell else added))
    return steps


def _changes(one: Subscription) -> list[tuple[datetime, Decimal]]:
    if one.ended_at is not None and one.ended_at <= one.started_at:
        return []
    within = [
        (at, change) for at, change in one.changes if at > one.started_at and (not one.ended_at or at < one.ended_at)
    ]
    befores = [one.amount - sum((change for _, change in within[k:]), NOTHING) for k in range(len(within))]
    if any(before < 0 for before in befores):
        within, befores = [], []
    at_start = befores[0] if befores else one.amount
    end = [(one.ended_at, -one.amount)] if one.ended_at else []
    return [(one.started_at, at_start), *within, *end]


def order_steps(account: Account, window: int, as_of: datetime) -> list[Step]:
    """Return the steps of what the orders of the last months are worth a month, one a month."""
    orders = [one for one in account.orders if one.ordered_at <= as_of]
    amounts = _amounts_by_month(orders, as_of)
    steps: list[Step] = []
    before = NOTHING
    for month in sorted({*amounts, *(later(month, window) for month in amounts)}):
        if month <= month_of(as_of):
            inside = [amount for bought, amount in amounts.items() if bought <= month < later(bought, window)]
            after = max(NOTHING, _monthly(sum(inside, NOTHING), window))
            steps.append(Step(month, before, after, _monthly(_for_new_products(orders, month), window)))
            before = after
    return steps


def _amounts_by_month(orders: list[Order], as_of: datetime) -> dict[date, Decimal]:
    amounts: dict[date, Decimal] = defaultdict(Decimal)
    for one in orders:
        amounts[month_of(one.ordered_at)] += one.amount
        for at, amount in one.refunds:
            if at <= as_of:
                amounts[month_of(at)] -= amount
    return amounts


def _for_new_products(orders: list[Order], month: date) -> Decimal:
    bought = [(month_of(one.ordered_at), product, amount) for one in orders for product, amount in one.lines]
    known = {product for earlier, product, _ in bought if earlier < month}
    return sum((amount for then, product, amount in bought if then == month and product not in known), NOTHING)


def _monthly(amount: Decimal, window: int) -> Decimal:
    return (amount / window).quantize(PLACES, ROUND_HALF_UP)


def months_of(steps: list[Step], as_of: datetime) -> dict[date, Month]:
    """Return the months in which a customer moved or was worth something."""
    months: dict[date, Month] = {}
    has_paid = False
    for step in steps:
        found = months.get(step.month, Month(opening=step.before))
        moved = {name: getattr(found, name) + amount for name, amount in _movements(step, has_paid).items()}
        months[step.month] = found._replace(**moved, closing=step.after)
        has_paid = has_paid or step.after > 0
    for month in sorted(months):
        closing, following = months[month].closing, later(month, 1)
        while closing and following not in months and following <= month_of(as_of):
            months[following] = Month(opening=closing, closing=closing)
            following = later(following, 1)
    return months


def _movements(step: Step, has_paid: bool) -> dict[str, Decimal]:
    change = step.after - step.before
    if change == 0:
        return {}
    if step.before == 0:
        return {"reactivation" if has_paid else "new": change}
    if change < 0:
        return {"churned" if step.after == 0 else "contraction": -change}
    beside = max(NOTHING, min(change, step.added))
    return {"upsell": change - beside, "cross_sell": beside}


class Comparison(NamedTuple):
    """What customers were worth at two ends of months."""

    opening: Decimal
    kept: Decimal
    grown: Decimal
    returned: Decimal
    new: Decimal
    opening_customers: int
    lost: int


def compared(customers: list[dict[date, Month]], month: date, horizon: int) -> Comparison:
    """Compare the end of a month with that of some months before."""
    opening = kept = grown = returned = new = NOTHING
    opening_customers = lost = 0
    for months in customers:
        start = months.get(later(month, -horizon), Month()).closing
        end = months.get(month, Month()).closing
        opening, kept = opening + start, kept + min(start, end)
        if start:
            grown, opening_customers, lost = grown + end, opening_customers + 1, lost + (not end)
        elif months and min(months) > later(month, -horizon):
            new += end
        else:
            returned += end
    return Comparison(opening, kept, grown, returned, new, opening_customers, lost)
