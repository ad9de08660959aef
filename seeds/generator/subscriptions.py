"""Monthly plans of the practice club, in all the shapes that a plan can have."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from .chance import days, one_of, some, stream
from .people import Person
from .settings import END
from .writing import Row, Tables

CLUB, PLUS = Decimal(39), Decimal(69)
SUBSCRIBERS = 70
SHAPES = ("open", "ended", "within_month", "plan_change", "comes_back")
LONG_ENOUGH = timedelta(days=240)


def _add_plan(tables: Tables, customer_id: str, plan: str, span: tuple[datetime, datetime | None]) -> Row:
    start, end = span
    return tables.add(
        "orders.subscriptions", subscription_id="", customer_id=customer_id, plan=plan,
        mrr=CLUB if plan == "club" else PLUS, currency="CNY", started_at=start, ended_at=end,
        cancel_reason="", updated_at=end if end and end <= END else start,
    )  # fmt: skip


def _add_shape(tables: Tables, shape: str, customer_id: str, span: tuple[datetime, datetime | None]) -> None:
    start, end = span
    renewed_at = start.replace(day=min(start.day, 28)) + timedelta(days=91)
    if shape == "within_month":
        start = (start.replace(day=28) + timedelta(days=6)).replace(day=3)
        _add_plan(tables, customer_id, "club", (start, start + timedelta(days=19)))["cancel_reason"] = "tried"
    elif shape == "plan_change":
        _add_plan(tables, customer_id, "club", (start, renewed_at))["cancel_reason"] = "plan_changed"
        _add_plan(tables, customer_id, "club_plus", (renewed_at, end))
    elif shape == "comes_back":
        _add_plan(tables, customer_id, "club", (start, renewed_at))["cancel_reason"] = "price"
        _add_plan(tables, customer_id, "club", (renewed_at + timedelta(days=60), end))
    elif shape == "ended":
        _add_plan(tables, customer_id, "club", (start, renewed_at))["cancel_reason"] = "no_time"
    else:
        _add_plan(tables, customer_id, "club_plus", (start, end))


def _add_events(tables: Tables) -> None:
    before: dict[object, Row] = {}
    for row in tables.rows["orders.subscriptions"]:
        old = before.get(row["customer_id"])
        kind, change = "new", row["mrr"]
        if old and old["ended_at"] == row["started_at"]:
            kind, change = "expansion", row["mrr"] - old["mrr"]
        elif old:
            kind = "reactivation"
        _add_event(tables, row, kind, (row["started_at"], change))
        if row["ended_at"] and row["ended_at"] <= END and row["cancel_reason"] != "plan_changed":
            _add_event(tables, row, "churn", (row["ended_at"], -row["mrr"]))
        before[row["customer_id"]] = row


def _add_event(tables: Tables, row: Row, kind: str, change: tuple[datetime, Decimal]) -> None:
    tables.add(
        "orders.subscription_events", subscription_id=row["subscription_id"], type=kind,
        occurred_at=change[0],
        mrr_change=change[1],
    )  # fmt: skip


def _end_of_plan(rng: random.Random, person: Person) -> datetime | None:
    ends_at = person.life.ends_at
    if ends_at <= END:
        return ends_at
    return one_of(rng, (None, None, END + timedelta(days=20)))


def add_subscriptions(tables: Tables, people: list[Person]) -> None:
    """Write plans for some customers who stayed long enough; a plan never outlives the customer."""
    rng = stream("subscriptions")
    stayed = [
        one
        for one in people
        if not one.is_firm and one.first_order_at and min(one.life.ends_at, END) - one.first_order_at > LONG_ENOUGH
    ]
    for place, person in enumerate(some(rng, stayed, SUBSCRIBERS)):
        start = person.first_order_at + days(rng.uniform(5, 30))
        shape = SHAPES[place % len(SHAPES)]
        _add_shape(tables, shape, person.customer_id, (start, _end_of_plan(rng, person)))
    tables.number("orders.subscriptions", "subscription_id", "S", "started_at")
    _add_events(tables)
