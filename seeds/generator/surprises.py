"""Unusual but valid things in people's lives: refunds, gifts, guests, tests, shared data."""

from datetime import timedelta

from .chance import days, happens, one_of, some, stream
from .people import Person, Purchase
from .settings import END, FAMILY

SHARED_MAILBOX = "info@example.com"
DEFAULT_PHONE = "00000000000"
REFUNDED_FIRSTS, GIFTS, TWINS, GUESTS, TESTS = 8, 4, 5, 5, 4
MAILBOX_CONTACTS, PHONE_LEADS, HOUSEHOLDS = 12, 40, 25
DUPLICATES, CHAINS = 60, 15


def _free(people: list[Person]) -> list[Person]:
    return [one for one in people if not one.is_firm and one.registered_at and not one.marks]


def _refund_first_orders(people: list[Person]) -> None:
    rng = stream("refunded")
    tried = [
        one
        for one in _free(people)
        if not one.life.first_order_at and one.life.trials and one.life.trials[-1].is_attended
        and one.life.trials[-1].held_at < END - timedelta(days=60)
    ]  # fmt: skip
    for person in some(rng, tried, REFUNDED_FIRSTS):
        at = person.life.trials[-1].held_at + days(rng.uniform(1, 5))
        person.life.purchases.append(Purchase("core", at, "refunded"))
        person.marks.add("refunded_first_order")


def _test_orders(people: list[Person]) -> None:
    rng = stream("tests")
    never = [one for one in _free(people) if not one.life.first_order_at]
    gone = [one for one in _free(people) if one.life.ends_at and one.life.ends_at < END - timedelta(days=250)]
    gone = [one for one in gone if not one.life.returned_at]
    for person in some(rng, never, TESTS):
        at = person.registered_at + days(rng.uniform(1, 20))
        person.life.purchases.append(Purchase("core", min(at, END), is_test=True))
        person.marks.add("test_order")
    for person in some(rng, gone, TESTS):
        person.life.purchases.append(Purchase("shop", person.life.ends_at + days(220), is_test=True))
        person.marks.add("test_order")


def _orders_beside(people: list[Person]) -> None:
    rng = stream("beside")
    shoppers = [one for one in _free(people) if sum(p.kind == "shop" for p in one.purchases) > TWINS]
    for place, person in enumerate(some(rng, shoppers, GIFTS + TWINS + GUESTS)):
        beside = one_of(rng, [p for p in person.purchases if p.kind == "shop" and p.status == "fulfilled"])
        if place < GIFTS:
            at = min(beside.at + timedelta(minutes=90), END)
            person.life.purchases.append(Purchase("gift", at))
            person.marks.add("zero_amount_order")
        elif place < GIFTS + TWINS:
            person.life.purchases.append(Purchase("shop", beside.at))
            person.marks.add("same_second_orders")
        else:
            beside.is_guest = True
            person.marks.add("guest_checkout")


def _share_contact_data(people: list[Person]) -> None:
    rng = stream("shared")
    for person in some(rng, _free(people), MAILBOX_CONTACTS):
        person.marks.add("shared_mailbox")
    known = [one for one in people if not one.is_firm and not one.marks]
    for person in some(rng, known, PHONE_LEADS):
        person.marks.add("default_phone")


def _pair_households(people: list[Person]) -> None:
    rng = stream("households")
    families = [one for one in _free(people) if one.segment is FAMILY]
    chosen = some(rng, families, HOUSEHOLDS * 2)
    for place in range(HOUSEHOLDS):
        for person in chosen[place * 2 : place * 2 + 2]:
            person.household_id = f"A{5001 + place}"
            person.marks.add("household")


def _choose_duplicates(people: list[Person]) -> None:
    rng = stream("duplicates")
    latest = END - timedelta(days=90)
    early = [one for one in people if not one.is_firm and not one.marks and one.lead_at < latest]
    for person in some(rng, early, DUPLICATES):
        person.marks.add("duplicate_email" if happens(rng, 0.55) else "duplicate_phone")
    early = [one for one in _free(people) if one.registered_at < latest]
    for person in some(rng, early, CHAINS):
        person.marks.add("chain")


def mark_surprises(people: list[Person]) -> None:
    """Choose the people to whom something unusual happens; nobody is chosen twice."""
    _refund_first_orders(people)
    _test_orders(people)
    _orders_beside(people)
    _share_contact_data(people)
    _pair_households(people)
    _choose_duplicates(people)
    for person in people:
        person.life.purchases.sort(key=lambda one: (one.at, one.kind))
