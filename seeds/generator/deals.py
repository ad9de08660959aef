"""Deals and contracts with the log of their changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .chance import happens, one_of, pick, seen, skewed_days, stream
from .people import Person, Purchase
from .settings import COURSES, END, PRODUCT_OF
from .writing import Tables

SELLERS = tuple(f"U{number:02d}" for number in range(3, 11))
LOST_REASONS = {
    "price": 0.3,
    "value_not_seen": 0.25,
    "product_issue": 0.2,
    "channel_mismatch": 0.15,
    "no_reply": 0.1,
}
FIRM_STAGES = ("qualified", "needs", "proposal", "negotiation")
CONTRACT_STEPS = (("initiated", -20), ("drafted", -14), ("approved", -7), ("signed", -1), ("effective", 3))
SKIPS_EVERY, TURNS_BACK_EVERY, REOPENED = 5, 7, 4


@dataclass
class Deal:
    """A sales opportunity, won when it has a purchase."""

    person: Person
    opened_at: datetime
    closed_at: datetime
    purchase: Purchase | None
    path: tuple[str, ...] = ()
    deal_id: str = ""

    @property
    def outcome(self) -> str:
        """Return how it ends."""
        return "won" if self.purchase else "lost"


def course_of(person: Person) -> str:
    """Return the course that a person learns; firms take the licence."""
    return "PR-TEAM" if person.is_firm else COURSES[int(person.person_id[1:]) % len(COURSES)]


def _first_deal(person: Person) -> Deal | None:
    rng = stream("deal", person.person_id)
    trials = person.life.trials
    if not trials or not trials[-1].is_attended or not seen(trials[-1].held_at):
        return None
    if not person.is_firm and not happens(rng, 0.65):
        return None
    held_at, won_at = trials[-1].held_at, person.life.first_order_at
    end = won_at or held_at + skewed_days(rng, 35, 0.5)
    opened_at = held_at + (end - held_at) * 0.2
    opened_at = opened_at.replace(microsecond=0)
    if opened_at > END or person.marks & {"refunded_first_order"}:
        return None
    bought = next((one for one in person.life.purchases if one.kind == "core" and one.at == won_at), None)
    return Deal(person, opened_at, end, bought)


def _renewal_deals(person: Person) -> list[Deal]:
    renewals = [one for one in person.purchases if person.is_firm and one.kind == "renewal"]
    return [Deal(person, one.at - timedelta(days=45), one.at, one) for one in renewals]


def _firm_path(place: int) -> tuple[str, ...]:
    path = list(FIRM_STAGES)
    if place % SKIPS_EVERY == 0:
        path.remove("needs")
    if place % TURNS_BACK_EVERY == 0:
        path += ["proposal", "negotiation"]
    if place == REOPENED:
        path += ["lost", "negotiation"]
    return tuple(path)


def make_deals(people: list[Person]) -> list[Deal]:
    """Make all deals in order of their opening and tell the purchases which deal they close."""
    deals = [deal for person in people if (deal := _first_deal(person))]
    deals += [deal for person in people for deal in _renewal_deals(person)]
    deals.sort(key=lambda one: (one.opened_at, one.person.person_id))
    firms = 0
    for place, deal in enumerate(deals, 1):
        deal.deal_id = f"D{place:05d}"
        if deal.person.is_firm:
            firms += bool(deal.purchase)
            deal.path = _firm_path(firms) if deal.purchase else FIRM_STAGES[:3]
        else:
            deal.path = ("consulting",) if place % SKIPS_EVERY == 0 else ("consulting", "offer")
        if deal.purchase:
            deal.purchase.deal_id = deal.deal_id
    return deals


def _stage_changes(deal: Deal) -> list[tuple[str, datetime]]:
    steps = (*deal.path, deal.outcome)
    step = (deal.closed_at - deal.opened_at) / (len(steps) - 1)
    times = [(deal.opened_at + step * place).replace(microsecond=0) for place in range(len(steps))]
    return [(stage, at) for stage, at in zip(steps, times, strict=True) if at <= END]


def _add_deal(tables: Tables, deal: Deal) -> None:
    rng = stream("dealrow", deal.deal_id)
    person, changes = deal.person, _stage_changes(deal)
    is_closed, is_lost = deal.closed_at <= END, deal.closed_at <= END and not deal.purchase
    seats = 4 + int(person.person_id[1:]) % 9 if person.is_firm else 1
    is_first = not deal.purchase or deal.purchase.kind == "core"
    tables.add(
        "crm.deals", deal_id=deal.deal_id, account_id=person.account_id, contact_id=person.contact_id,
        lead_id=person.lead_id if is_first else "", pipeline="b2b" if person.is_firm else "retail",
        stage=changes[-1][0], product_id=course_of(person),
        amount=PRODUCT_OF[course_of(person)].list_price * seats, currency="CNY", created_at=deal.opened_at,
        engaged_at=seen(deal.opened_at + timedelta(hours=5)),
        expected_close_date=(deal.opened_at + timedelta(days=60 if person.is_firm else 21)).date(),
        closed_at=seen(deal.closed_at), updated_at=changes[-1][1],
        is_won=bool(deal.purchase) if is_closed else None,
        lost_reason=pick(rng, LOST_REASONS) if is_lost else "",
        competitor=pick(rng, {"": 0.7, "Fudaoyun": 0.2, "Lernhaus": 0.1}) if is_lost else "",
        is_custom=person.is_firm and happens(rng, 0.3), owner_id=one_of(rng, SELLERS),
    )  # fmt: skip
    owner = one_of(rng, SELLERS)
    for before, (stage, at) in zip(["", *(stage for stage, _ in changes)], changes, strict=False):
        tables.add(
            "crm.deal_history", object_id=deal.deal_id, field="stage", old_value=before, new_value=stage,
            changed_at=at, changed_by=owner,
        )  # fmt: skip


def _add_contract(tables: Tables, deal: Deal, contract_id: str) -> None:
    at = deal.closed_at
    started, ended = at + timedelta(days=3), at + timedelta(days=367)
    steps = [(status, at + timedelta(days=offset)) for status, offset in CONTRACT_STEPS] + [("expired", ended)]
    steps = [(status, when) for status, when in steps if when <= END]
    deal.purchase.contract_id = contract_id
    seats = 4 + int(deal.person.person_id[1:]) % 9
    tables.add(
        "crm.contracts", contract_id=contract_id, account_id=deal.person.account_id, contact_id="",
        started_date=started.date(), ended_date=ended.date(), value=PRODUCT_OF["PR-TEAM"].list_price * seats,
        currency="CNY", auto_renew=seats % 2 == 0, status=steps[-1][0], updated_at=steps[-1][1],
    )  # fmt: skip
    for before, (status, when) in zip(["", *(status for status, _ in steps)], steps, strict=False):
        tables.add(
            "crm.contract_history", object_id=contract_id, field="status", old_value=before, new_value=status,
            changed_at=when, changed_by=SELLERS[seats % len(SELLERS)],
        )  # fmt: skip


def add_deals(tables: Tables, deals: list[Deal]) -> None:
    """Write deals, contracts and both logs."""
    for deal in deals:
        _add_deal(tables, deal)
    firms = [one for one in deals if one.person.is_firm and one.purchase and one.closed_at <= END]
    for place, deal in enumerate(firms, 1):
        _add_contract(tables, deal, f"CT{place:04d}")
