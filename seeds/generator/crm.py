"""Leads, contacts, accounts and activities: what the CRM wrote down about the people."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from .chance import awake, between, days, happens, one_of, pick, seen, skewed_days, stream
from .deals import LOST_REASONS, SELLERS, Deal
from .names import firm_name, rewritten_phone
from .people import Contact, Person
from .settings import END, FAMILY, YOUNG
from .surprises import DEFAULT_PHONE, SHARED_MAILBOX
from .writing import Tables

AGENTS = tuple(f"U{number:02d}" for number in range(11, 17))
GIVEN_UP_AFTER = timedelta(days=45)
NO_KEY_EVERY = 23
INCOME = {"10000+": 0.25, "8000-9999": 0.2, "5000-7999": 0.25, "3000-4999": 0.15, "-2999": 0.05, "": 0.1}
WORK = {
    "white_collar": 0.4,
    "salaried": 0.2,
    "business_owner": 0.1,
    "merchant": 0.12,
    "student": 0.1,
    "": 0.08,
}
BIRTH = {YOUNG.name: (1993, 2006), FAMILY.name: (1974, 1992), "b2b": (1970, 1998)}
COSTS = {
    "call": 5,
    "care": 6,
    "visit": 220,
    "meeting": 80,
    "mail": 1,
    "trial_booked": 2,
    "trial_attended": 60,
}


def campaign_of(channel: str, at: datetime) -> str:
    """Return the campaign that brings the leads of a channel in a year."""
    if channel == "referral":
        return "referral_programme"
    return "" if channel == "partner" else f"{channel}_{at.year}"


def _lead_status(rng: random.Random, person: Person) -> tuple[str, datetime]:
    if person.registered_at:
        return "converted", person.registered_at
    given_up_at = person.lead_at + GIVEN_UP_AFTER + days(rng.uniform(0, 20))
    if given_up_at <= END:
        return pick(rng, {"disqualified": 0.7, "recycled": 0.3}), given_up_at
    worked_at = seen(person.lead_at + timedelta(hours=20))
    return ("working", worked_at) if worked_at else ("new", person.lead_at)


def _lead_data(rng: random.Random, person: Person) -> tuple[str, str]:
    email, phone = person.main.email, person.main.phone
    if "shared_mailbox" in person.marks:
        email = SHARED_MAILBOX
    if "default_phone" in person.marks:
        return email, DEFAULT_PHONE
    phone = rewritten_phone(rng, phone) if happens(rng, 0.15) else phone
    if person.marks:
        return email, phone
    given = pick(rng, {"both": 0.6, "phone": 0.25, "email": 0.15})
    return ("" if given == "phone" else email), ("" if given == "email" else phone)


def _add_lead(tables: Tables, person: Person) -> None:
    rng = stream("lead", person.person_id)
    email, phone = _lead_data(rng, person)
    status, updated_at = _lead_status(rng, person)
    owner = one_of(rng, SELLERS)
    tables.add(
        "crm.leads", lead_id=person.lead_id, person_key="", name=person.main.name, email=email, phone=phone,
        account_id=person.account_id, created_at=person.lead_at, updated_at=updated_at, source=person.channel,
        motion="outbound" if person.is_firm and happens(rng, 0.5) else "inbound",
        campaign_id=campaign_of(person.channel, person.lead_at), owner_id=owner, status=status,
        lost_reason=pick(rng, LOST_REASONS) if status == "disqualified" else "",
        referrer_id=person.referrer_id,
        converted_contact_id=person.contact_id, converted_deal_id="",
    )  # fmt: skip
    steps = [("new", person.lead_at)]
    worked_at = person.lead_at + timedelta(hours=1)
    if status != "new" and worked_at < updated_at:
        steps.append(("working", worked_at))
    if status not in {"new", "working"}:
        steps.append((status, updated_at))
    for before, (after, at) in zip(["", *(name for name, _ in steps)], steps, strict=False):
        tables.add(
            "crm.lead_history", object_id=person.lead_id, field="status", old_value=before, new_value=after,
            changed_at=at, changed_by=owner,
        )  # fmt: skip


def _add_contact(tables: Tables, person: Person, contact: Contact) -> None:
    rng = stream("contact", contact.contact_id)
    first, last = BIRTH[person.segment.name]
    number = int(contact.contact_id[1:])
    has_key = person.is_firm or person.marks or not person.first_order_at or number % NO_KEY_EVERY
    tables.add(
        "crm.contacts", contact_id=contact.contact_id, person_key=contact.customer_id if has_key else "",
        account_id=person.account_id or person.household_id, name=contact.name,
        email=SHARED_MAILBOX if "shared_mailbox" in person.marks else contact.email,
        phone=rewritten_phone(rng, contact.phone) if happens(rng, 0.1) else contact.phone,
        birth_year=first + int(rng.random() * (last - first)) if happens(rng, 0.85) else None,
        gender=pick(rng, {"female": 0.5, "male": 0.4, "": 0.1}), occupation=pick(rng, WORK),
        income_band=pick(rng, INCOME), city=person.city, country="CN", created_at=contact.created_at,
        updated_at=min(contact.created_at + days(rng.uniform(0, 5)), END), merged_into="",
        deleted_at=None,
    )  # fmt: skip


def _add_firm(tables: Tables, person: Person, number: int) -> None:
    rng = stream("account", person.person_id)
    size = int(20 * rng.lognormvariate(1.2, 0.9)) + 5
    tables.add(
        "crm.accounts", account_id=person.account_id, name=firm_name(number),
        industry=one_of(rng, ("education", "software", "logistics", "retail", "hospitality")), country="CN",
        employees_count=size, annual_revenue=Decimal(size * 250_000), is_b2b=True,
        parent_account_id="A0001" if number in {11, 12} else "", via_partner_id=person.partner_id,
        created_at=person.lead_at, updated_at=person.lead_at,
    )  # fmt: skip


def _add_households(tables: Tables, people: list[Person]) -> None:
    created: dict[str, datetime] = {}
    for person in people:
        if person.household_id and person.registered_at:
            first = created.get(person.household_id, person.registered_at)
            created[person.household_id] = min(first, person.registered_at)
    for account_id, at in sorted(created.items()):
        tables.add(
            "crm.accounts", account_id=account_id, name=f"Household {account_id[1:]}", industry="",
            country="CN",
            employees_count=None, annual_revenue=None, is_b2b=False, parent_account_id="", via_partner_id="",
            created_at=at, updated_at=at,
        )  # fmt: skip


def add_people(tables: Tables, people: list[Person], deals: list[Deal]) -> None:
    """Write leads with their log, contacts and accounts."""
    firms = sorted((one for one in people if one.is_firm), key=lambda one: one.person_id)
    for number, person in enumerate(firms):
        _add_firm(tables, person, number)
    _add_households(tables, people)
    first_deal = {deal.person.lead_id: deal.deal_id for deal in reversed(deals)}
    for person in people:
        _add_lead(tables, person)
        if person.registered_at:
            _add_contact(tables, person, person.main)
        for contact in person.colleagues:
            _add_contact(tables, person, contact)
    for row in tables.rows["crm.leads"]:
        row["converted_deal_id"] = first_deal.get(str(row["lead_id"]), "")
    tables.rows["crm.contacts"].sort(key=lambda row: str(row["contact_id"]))


def _act(tables: Tables, person: Person, kind: str, at: datetime, **values: object) -> None:
    if at > END:
        return
    is_known = person.registered_at is not None and person.registered_at <= at
    row: dict[str, object] = {
        "activity_id": "", "contact_id": person.contact_id if is_known else "",
        "lead_id": "" if is_known else person.lead_id, "deal_id": "", "type": kind, "direction": "outbound",
        "channel": "phone", "function_code": "sales",
        "owner_id": SELLERS[int(person.person_id[1:]) % len(SELLERS)],
        "occurred_at": at, "outcome": "", "campaign_id": "", "play_code": "",
        "unit_cost": Decimal(COSTS.get(kind, 0)),
    }  # fmt: skip
    tables.add("crm.activities", **{**row, **values})


def _first_call(tables: Tables, rng: random.Random, person: Person) -> None:
    outcome = pick(rng, {"reached": 0.6, "no_answer": 0.3, "wrong_number": 0.1})
    if happens(rng, 0.75):
        _act(tables, person, "call", awake(person.lead_at + skewed_days(rng, 0.15, 1.1)), outcome=outcome)
    if happens(rng, 0.15):
        at = awake(person.lead_at + days(rng.uniform(0, 3)))
        _act(tables, person, "call", at, direction="inbound", outcome="asked")


def _trials(tables: Tables, person: Person) -> None:
    for trial in person.life.trials:
        direction = "inbound" if int(person.person_id[1:]) % 3 else "outbound"
        _act(tables, person, "trial_booked", trial.booked_at, direction=direction, channel="web")
        kind = "trial_attended" if trial.is_attended else "trial_missed"
        channel = "in_person" if person.channel == "offline" else "online"
        _act(tables, person, kind, trial.held_at, direction="inbound", channel=channel)


def _care(tables: Tables, rng: random.Random, person: Person) -> None:
    for start, end in person.alive_spans():
        at = start + days(rng.uniform(5, 20))
        while at < end:
            if happens(rng, 0.6):
                kind = "visit" if person.is_firm and happens(rng, 0.4) else "care"
                _act(
                    tables, person, kind, awake(at), function_code="service", owner_id=one_of(rng, AGENTS),
                    channel="in_person" if kind == "visit" else pick(rng, {"phone": 0.5, "wechat": 0.5}),
                    outcome=pick(rng, {"reached": 0.7, "no_answer": 0.3}),
                    play_code=pick(rng, {"care_call": 1, "": 1}),
                )  # fmt: skip
            at += days(rng.uniform(60, 120))
        if person.is_firm:
            _act(
                tables,
                person,
                "training",
                awake(start + days(10)),
                function_code="service",
                channel="in_person",
            )


def _deal_work(tables: Tables, rng: random.Random, deal: Deal) -> None:
    if not deal.person.is_firm and happens(rng, 0.5):
        return
    for kind in ("meeting", "mail", "visit") if deal.person.is_firm else ("call",):
        at = awake(between(rng, deal.opened_at, deal.closed_at))
        _act(
            tables,
            deal.person,
            kind,
            at,
            deal_id=deal.deal_id,
            channel="in_person" if kind == "visit" else kind,
        )


def add_activities(tables: Tables, people: list[Person], deals: list[Deal]) -> None:
    """Write calls, trials, care and deal work."""
    for person in people:
        rng = stream("activity", person.person_id)
        _first_call(tables, rng, person)
        _trials(tables, person)
        _care(tables, rng, person)
    for deal in deals:
        _deal_work(tables, stream("dealwork", deal.deal_id), deal)
    tables.number("crm.activities", "activity_id", "AC", "occurred_at")
