"""Points, prepaid money, coupons not used, invitations, and the use of the product."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from .chance import awake, between, days, happens, one_of, pick, regular_days, seen, some, stream
from .orders import Order
from .people import Person
from .settings import END
from .writing import Tables

MEMBER_SHARE, UNUSED_COUPONS, PREPAYERS = 0.5, 260, 70
USAGE_GAP_DAYS, TIRED_GAP_DAYS = 10, 26
TIRED = timedelta(days=45)
EVENTS = {"lesson_attended": 0.5, "homework_submitted": 0.2, "quiz_passed": 0.12, "replay_watched": 0.18}
MODULES = {
    "lesson_attended": "live",
    "homework_submitted": "homework",
    "quiz_passed": "quiz",
    "replay_watched": "video",
}


def _move(tables: Tables, table: str, customer_id: str, at: datetime, change: tuple[Decimal, str]) -> None:
    tables.add(
        f"loyalty.{table}", customer_id=customer_id, occurred_at=at, delta=change[0], reason=change[1]
    )  # fmt: skip


def _earns(order: Order) -> bool:
    purchase, person = order.purchase, order.person
    if not person or person.is_firm or not order.customer_id or purchase.status != "fulfilled":
        return False
    is_member = happens(stream("member", person.person_id), MEMBER_SHARE)
    return is_member and not purchase.is_test and order.total > 0


def add_points(tables: Tables, orders: list[Order]) -> None:
    """Write points earned by members' orders, sometimes redeemed, at last expired."""
    balances: dict[str, Decimal] = {}
    for order in (one for one in orders if _earns(one)):
        at, key, earned = order.purchase.at, order.customer_id, Decimal(max(1, int(order.total / 10)))
        balances[key] = balances.get(key, Decimal(0)) + earned
        _move(tables, "point_movements", key, at, (earned, f"order {order.order_id}"))
        if happens(stream("redeem", order.order_id), 0.12) and seen(at + timedelta(days=2)):
            used = Decimal(int(balances[key] * Decimal("0.3")))
            balances[key] -= used
            _move(tables, "point_movements", key, at + timedelta(days=2), (-used, "redeemed"))
    for number, (key, balance) in enumerate(sorted(balances.items())):
        if number % 40 == 0:
            _move(tables, "point_movements", key, datetime(2025, 12, 31, 1, 0, 0), (-balance // 5, "expired"))


def _stayers(people: list[Person], least: timedelta) -> list[Person]:
    return [one for one in people if not one.is_firm and any(end - start > least for start, end in one.alive_spans())]


def add_prepaid(tables: Tables, people: list[Person]) -> None:
    """Write money paid in advance and used up step by step."""
    rng = stream("prepaid")
    for person in some(rng, _stayers(people, timedelta(days=120)), PREPAYERS):
        start, end = person.alive_spans()[0]
        at = start + days(rng.uniform(5, 40))
        left = Decimal(one_of(rng, (500, 1000)))
        _move(tables, "prepaid_movements", person.customer_id, at, (left, "top_up"))
        while left > 0 and at < end - timedelta(days=40):
            at += days(rng.uniform(15, 40))
            used = min(left, Decimal(one_of(rng, (60, 100, 180))))
            left -= used
            _move(tables, "prepaid_movements", person.customer_id, at, (-used, "used"))


def add_unused_coupons(tables: Tables, people: list[Person]) -> None:
    """Write coupons that nobody used."""
    rng = stream("coupons")
    for number, person in enumerate(some(rng, _stayers(people, timedelta(days=20)), UNUSED_COUPONS), 1):
        at = awake(between(rng, *person.alive_spans()[0]))
        if at <= END:
            tables.add(
                "loyalty.coupons", coupon_id=f"CP-U{number:04d}", customer_id=person.customer_id,
                issued_at=at,
                expires_at=at + timedelta(days=45), redeemed_at=None,
                amount=Decimal(one_of(rng, (10, 20, 50))),
            )  # fmt: skip


def add_invites(tables: Tables, people: list[Person]) -> None:
    """Write the invitations behind the referral leads, and those that came to nothing."""
    by_id = {one.contact_id: one.customer_id for one in people if one.contact_id}
    for person in people:
        rng = stream("invite", person.person_id)
        if person.referrer_id:
            tables.add(
                "loyalty.invites", invite_id="",
                customer_id=by_id.get(person.referrer_id, person.referrer_id),
                invited_at=person.lead_at - days(rng.uniform(0.1, 9)), lead_id=person.lead_id,
                accepted_at=person.registered_at,
            )  # fmt: skip
        for start, end in person.alive_spans():
            if not person.is_firm and happens(rng, 0.25):
                tables.add(
                    "loyalty.invites", invite_id="", customer_id=person.customer_id,
                    invited_at=between(rng, start, end), lead_id="", accepted_at=None,
                )  # fmt: skip
    tables.number("loyalty.invites", "invite_id", "IV", "invited_at")


def _use(tables: Tables, rng: random.Random, person: Person, span: tuple[datetime, datetime]) -> None:
    start, end = span
    at = start + days(rng.uniform(0.2, 4))
    while at < end:
        name = pick(rng, EVENTS)
        when = awake(at)
        if when < end:
            tables.add(
                "product.usage_events", usage_event_id="", customer_id=person.customer_id, event_name=name,
                module=MODULES[name], occurred_at=when,
            )  # fmt: skip
        is_tired = person.life.ends_at <= END and person.life.ends_at - TIRED < at < person.life.ends_at
        at += regular_days(rng, TIRED_GAP_DAYS if is_tired else USAGE_GAP_DAYS)


def add_usage(tables: Tables, people: list[Person]) -> None:
    """Write what living customers do in the product; before they leave they do less."""
    for person in people:
        for span in person.alive_spans():
            _use(tables, stream("usage", person.person_id, span[0]), person, span)
    tables.number("product.usage_events", "usage_event_id", "UE", "occurred_at")
