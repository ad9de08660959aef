"""The people and firms, and each one's true life from first lead to last order."""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .chance import (
    awake,
    between,
    days,
    happens,
    mean_days,
    one_of,
    pick,
    regular_days,
    seen,
    skewed_days,
    stream,
)
from .names import CITIES, DOMAINS, person_name, phone_number
from .settings import (
    ACCOUNTS_COUNT,
    CHANNEL_OF,
    CHANNELS,
    DAYS_IN_MONTH,
    END,
    FAMILY,
    FIRM,
    PEOPLE_COUNT,
    REFERRALS_FROM,
    START,
    YOUNG,
    YOUNG_SHARE,
    Segment,
)  # fmt: skip

MONTHS = 36
SPRING_AND_AUTUMN = {3: 1.2, 9: 1.25, 2: 0.75}
FIRM_CHANNELS = {"offline": 0.35, "partner": 0.3, "search_ads": 0.2, "content": 0.15}


@dataclass
class Purchase:
    """An order as the person means it; what is in it comes later."""

    kind: str
    at: datetime
    status: str = "fulfilled"
    deal_id: str = ""
    contract_id: str = ""
    is_test: bool = False
    is_guest: bool = False


@dataclass(frozen=True)
class Trial:
    """A trial lesson booked, and whether the person came."""

    booked_at: datetime
    held_at: datetime
    is_attended: bool


@dataclass
class Life:
    """What truly happens, also beyond the period's end."""

    registered_at: datetime | None = None
    tasted_at: datetime | None = None
    trials: list[Trial] = field(default_factory=list)
    first_order_at: datetime | None = None
    ends_at: datetime | None = None
    returned_at: datetime | None = None
    ends_again_at: datetime | None = None
    withdrawn_at: datetime | None = None
    purchases: list[Purchase] = field(default_factory=list)


@dataclass
class Contact:
    """A person as the CRM knows one; firms have several."""

    name: str
    email: str
    phone: str
    created_at: datetime
    contact_id: str = ""
    customer_id: str = ""


@dataclass
class Person:
    """One customer to be: a person, or a firm with all its contacts."""

    person_id: str
    segment: Segment
    channel: str
    lead_at: datetime
    main: Contact
    city: str
    life: Life = field(default_factory=Life)
    lead_id: str = ""
    account_id: str = ""
    partner_id: str = ""
    referrer_id: str = ""
    household_id: str = ""
    colleagues: list[Contact] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)

    @property
    def is_firm(self) -> bool:
        """Say whether it is a firm."""
        return self.segment is FIRM

    @property
    def registered_at(self) -> datetime | None:
        """Return when the person registered, if that was within the period."""
        return seen(self.life.registered_at)

    @property
    def first_order_at(self) -> datetime | None:
        """Return the first core order, if it was within the period."""
        return seen(self.life.first_order_at)

    @property
    def contact_id(self) -> str:
        """Return the CRM's id of the person, empty before registration."""
        return self.main.contact_id

    @property
    def customer_id(self) -> str:
        """Return the shop's number of the person, empty before registration."""
        return self.main.customer_id

    @property
    def purchases(self) -> list[Purchase]:
        """Return the orders within the period."""
        return [purchase for purchase in self.life.purchases if purchase.at <= END]

    def alive_spans(self) -> list[tuple[datetime, datetime]]:
        """Return the spans in which the person was truly a living customer, cut at the period's end."""
        life = self.life
        spans = [(life.first_order_at, life.ends_at), (life.returned_at, life.ends_again_at)]
        return [(start, min(end, END)) for start, end in spans if start and end and start < END]

    def is_alive(self, at: datetime) -> bool:
        """Say whether the person was a living customer then."""
        return any(start <= at < end for start, end in self.alive_spans())


def order_probability(segment: Segment, channel: str) -> float:
    """Return the true probability that one who attended orders."""
    return min(0.95, segment.orders * CHANNEL_OF[channel].order_factor)


def lifetime(rng: random.Random, segment: Segment) -> timedelta:
    """Draw how long a customer lives, with a constant monthly hazard."""
    return mean_days(rng, DAYS_IN_MONTH / -math.log(1 - segment.monthly_churn))


def shopping(rng: random.Random, segment: Segment, span: tuple[datetime, datetime]) -> list[Purchase]:
    """Draw the renewals and shop orders of a living span."""
    start, end = span
    stop = min(end, END)
    bought = []
    at = start + days(segment.renewal_days + rng.uniform(-12, 12))
    while at < stop:
        bought.append(Purchase("renewal", awake(at)))
        at += days(segment.renewal_days + rng.uniform(-12, 12))
    at = start + regular_days(rng, segment.gap_days)
    while at < stop:
        status = pick(rng, {"fulfilled": 0.945, "cancelled": 0.03, "refunded": 0.015, "placed": 0.01})
        bought.append(Purchase("shop", awake(at), status))
        at += regular_days(rng, segment.gap_days)
    return sorted((one for one in bought if one.at < stop), key=lambda one: one.at)


def _trials(rng: random.Random, segment: Segment, ready_at: datetime) -> list[Trial]:
    booked_at = awake(ready_at + skewed_days(rng, 4))
    held_at = awake(booked_at + days(rng.uniform(1, 9)))
    trials = [Trial(booked_at, held_at, happens(rng, segment.attends))]
    if not trials[0].is_attended and happens(rng, segment.rebooks):
        booked_at = awake(held_at + days(rng.uniform(0.5, 7)))
        held_at = awake(booked_at + days(rng.uniform(1, 9)))
        trials.append(Trial(booked_at, held_at, happens(rng, segment.attends)))
    return trials


def _live(rng: random.Random, person: Person) -> Life:
    segment, life = person.segment, Life()
    if not happens(rng, segment.registers):
        return life
    life.registered_at = awake(person.lead_at + skewed_days(rng, 0.3, 1.5) + timedelta(minutes=3))
    if not person.is_firm and happens(rng, 0.28):
        life.tasted_at = awake(life.registered_at + mean_days(rng, 1.5) + timedelta(minutes=10))
        life.purchases.append(Purchase("taste", life.tasted_at))
    if happens(rng, 0.07):
        life.withdrawn_at = life.registered_at + days(rng.uniform(20, 500))
    if happens(rng, segment.books):
        life.trials = _trials(rng, segment, life.tasted_at or life.registered_at)
    if life.trials and life.trials[-1].is_attended and happens(rng, order_probability(segment, person.channel)):
        _become_customer(rng, person, life)
    return life


def _become_customer(rng: random.Random, person: Person, life: Life) -> None:
    life.first_order_at = awake(life.trials[-1].held_at + skewed_days(rng, 25 if person.is_firm else 8, 0.8))
    life.ends_at = life.first_order_at + lifetime(rng, person.segment) + timedelta(hours=1)
    life.purchases.append(Purchase("core", life.first_order_at))
    life.purchases += shopping(rng, person.segment, (life.first_order_at, life.ends_at))


def _lead_instant(rng: random.Random) -> datetime:
    starts = [datetime(START.year + month // 12, month % 12 + 1, 1) for month in range(MONTHS)]
    weights = [(1 + 1.5 * n / MONTHS) * SPRING_AND_AUTUMN.get(start.month, 1) for n, start in enumerate(starts)]
    month = rng.choices(range(MONTHS), weights)[0]
    end = starts[month + 1] if month + 1 < MONTHS else END
    return min(awake(between(rng, starts[month], end)), END)


def _channel(rng: random.Random, segment: Segment, lead_at: datetime) -> str:
    weights = {one.name: one.weight_young if segment is YOUNG else one.weight_family for one in CHANNELS}
    if lead_at < REFERRALS_FROM:
        del weights["referral"]
    return pick(rng, weights)


def _contact(rng: random.Random, number: int, at: datetime) -> Contact:
    name, spelled = person_name(rng)
    return Contact(name, f"{spelled}{number}@{one_of(rng, DOMAINS)}", phone_number(number), at)


def _individual(number: int) -> Person:
    rng = stream("person", number)
    lead_at = _lead_instant(rng)
    segment = YOUNG if happens(rng, YOUNG_SHARE) else FAMILY
    main = _contact(rng, number, lead_at)
    channel = _channel(rng, segment, lead_at)
    person = Person(f"P{number:05d}", segment, channel, lead_at, main, pick(rng, CITIES))
    person.life = _live(rng, person)
    return person


def _firm(number: int) -> Person:
    rng = stream("firm", number)
    lead_at = awake(between(rng, START + timedelta(days=20), END - timedelta(days=150)))
    main = _contact(rng, 4000 + number * 10, lead_at)
    channel = pick(rng, FIRM_CHANNELS)
    firm = Person(f"A{number:04d}", FIRM, channel, lead_at, main, pick(rng, CITIES))
    firm.account_id = firm.person_id
    firm.partner_id = f"PT{1 + number % 5}" if channel == "partner" else ""
    firm.life = _live(rng, firm)
    for extra in range(1, 2 + int(rng.random() * 4)):
        joined_at = awake(firm.life.registered_at + skewed_days(rng, 40))
        firm.colleagues.append(_contact(rng, 4000 + number * 10 + extra, joined_at))
    firm.colleagues = [one for one in firm.colleagues if one.created_at <= END]
    return firm


def _number(people: list[Person]) -> None:
    for place, person in enumerate(sorted(people, key=lambda one: (one.lead_at, one.person_id)), 1):
        person.lead_id = f"L{place:05d}"
    contacts = []
    for person in people:
        if person.registered_at:
            person.main.created_at = person.registered_at
            contacts += [person.main, *person.colleagues]
    for place, contact in enumerate(sorted(contacts, key=lambda one: (one.created_at, one.email)), 1):
        contact.contact_id = f"K{place:05d}"
        contact.customer_id = f"C{100 + place:06d}"


def _refer(people: list[Person]) -> None:
    rng = stream("referrers")
    for person in people:
        if person.channel != "referral":
            continue
        living = [one for one in people if not one.is_firm and one.is_alive(person.lead_at - timedelta(days=10))]
        referrer = one_of(rng, living)
        person.referrer_id = referrer.contact_id if happens(rng, 0.5) else referrer.customer_id


def make_people() -> list[Person]:
    """Make all people and firms, numbered by the order in which the systems met them."""
    people = [_individual(number) for number in range(1, PEOPLE_COUNT + 1)]
    people += [_firm(number) for number in range(1, ACCOUNTS_COUNT + 1)]
    people.sort(key=lambda one: (one.lead_at, one.person_id))
    _number(people)
    _refer(people)
    return people
