"""Campaigns, spend, visits, messages, consents, reviews and the experiment's assignments."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from .chance import awake, between, days, happens, one_of, pick, seen, skewed_days, stream
from .crm import campaign_of
from .people import Person
from .settings import CHANNEL_OF, END, START, WAVES
from .winback import Assignment
from .writing import Tables

DAILY_SPEND = {"search_ads": 260, "social": 210, "content": 70}
IDEAS = {"search_ads": "pull", "social": "precision", "content": "content", "offline": "events"}
STRANGERS = 450
PAGES = {
    "/": 0.3,
    "/trial": 0.3,
    "/courses/english": 0.2,
    "/courses/coding": 0.1,
    "/blog/comment-apprendre": 0.1,
}
LAST_VISIT_AT = datetime(2025, 12, 31, 22, 47, 13)
FIXED_CAMPAIGNS = (
    (
        "referral_programme",
        "Bring a friend",
        "referral",
        "acquire",
        "private_traffic",
        date(2023, 5, 1),
        None,
        24000,
    ),
    (
        "brand_2024",
        "Brand film 品牌片",
        "social",
        "communicate",
        "push",
        date(2024, 4, 1),
        date(2024, 4, 30),
        60000,
    ),
    (
        "summer_sale_2024",
        "Summer sale 2024",
        "email",
        "win",
        "push",
        date(2024, 7, 1),
        date(2024, 7, 31),
        8000,
    ),
    (
        "summer_sale_2025",
        "Summer sale 2025",
        "email",
        "win",
        "push",
        date(2025, 7, 1),
        date(2025, 7, 31),
        9000,
    ),
)


def _add_spend(tables: Tables, rng: random.Random) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for offset in range((END - START).days + 1):
        at = START + timedelta(days=offset)
        growth = 1 + offset / 1500
        for channel, base in DAILY_SPEND.items():
            amount = Decimal(int(base * growth * rng.uniform(70, 130))) / 100
            campaign_id = campaign_of(channel, at)
            totals[campaign_id] = totals.get(campaign_id, Decimal(0)) + amount
            tables.add(
                "marketing.ad_spend", spend_date=at.date(), channel=channel, campaign_id=campaign_id,
                amount=amount,
                currency="CNY",
            )  # fmt: skip
    return totals


def add_campaigns(tables: Tables) -> None:
    """Write ad spend and the campaigns it was spent on."""
    totals = _add_spend(tables, stream("spend"))
    lines = list(FIXED_CAMPAIGNS)
    for channel, idea in IDEAS.items():
        for year in (2023, 2024, 2025):
            campaign_id = f"{channel}_{year}"
            span = (date(year, 1, 1), date(year, 12, 31), totals.get(campaign_id, 30000))
            lines.append((campaign_id, f"{channel} {year}".replace("_", " "), channel, "acquire", idea, *span))
    for wave in WAVES:
        span = (wave.assigned_at.date(), wave.horizon_at.date(), 1500)
        lines.append((wave.experiment_id, wave.experiment_id, "sms", "win", "private_traffic", *span))
    for campaign_id, name, channel, target, idea, start, end, cost in lines:
        tables.add(
            "crm.campaigns", campaign_id=campaign_id, name=name, channel=channel, target_type=target,
            idea=idea,
            started_date=start, ended_date=end, cost=Decimal(cost),
        )  # fmt: skip


def _visit(tables: Tables, rng: random.Random, visitor_id: str, at: datetime, person: Person | None) -> None:
    if at > END or at < START:
        return
    channel = person.channel if person else pick(rng, {"search_ads": 0.5, "social": 0.3, "content": 0.2})
    registered_at = person.registered_at if person else None
    is_known = registered_at is not None and registered_at <= at
    is_lead = person is not None and person.lead_at <= at and not is_known
    tables.add(
        "marketing.sessions", session_id="", visitor_id=visitor_id,
        contact_id=person.contact_id if is_known else "",
        lead_id=person.lead_id if is_lead else "", started_at=at,
        utm_source="" if channel == "partner" else channel,
        utm_medium=CHANNEL_OF[channel].medium, utm_campaign=campaign_of(channel, at),
        landing_page=pick(rng, PAGES),
        device=pick(rng, {"phone": 0.7, "desktop": 0.25, "tablet": 0.05}),
    )  # fmt: skip


def _lead_time(rng: random.Random) -> timedelta:
    return days(rng.uniform(0.05, 20))


def add_sessions(tables: Tables, people: list[Person]) -> None:
    """Write visits before the lead, as lead and as contact, and those of strangers."""
    for person in people:
        rng = stream("visit", person.person_id)
        visitor_id = f"V{person.lead_id[1:]}"
        for _ in range(int(rng.random() * 3)):
            _visit(tables, rng, visitor_id, awake(person.lead_at - _lead_time(rng)), person)
        _visit(tables, rng, visitor_id, person.lead_at, person)
        for start, end in person.alive_spans():
            at = start + skewed_days(rng, 60)
            while at < end:
                _visit(tables, rng, visitor_id, awake(at), person)
                at += skewed_days(rng, 150)
    rng = stream("strangers")
    for number in range(STRANGERS):
        _visit(tables, rng, f"V9{number:04d}", awake(between(rng, START, END)), None)
    _visit(tables, rng, "V99999", LAST_VISIT_AT, None)
    tables.number("marketing.sessions", "session_id", "SE", "started_at")


def _send(tables: Tables, rng: random.Random, person: Person, at: datetime, **values: object) -> None:
    if at > END:
        return
    is_known = person.registered_at is not None and person.registered_at <= at
    withdrawn_at = person.life.withdrawn_at
    is_held = withdrawn_at is not None and withdrawn_at <= at and not values.get("is_transactional")
    skipped = "no_consent" if is_held else pick(rng, {"": 0.97, "frequency_cap": 0.03})
    if values.get("is_transactional") or values.get("copy_id") in {"winback_1", "winback_2"}:
        skipped = ""
    opened_at = None if skipped or happens(rng, 0.6) else seen(at + skewed_days(rng, 0.2, 1.2))
    clicked_at = opened_at + timedelta(minutes=2) if opened_at and happens(rng, 0.25) else None
    row: dict[str, object] = {
        "message_id": "", "contact_id": person.contact_id if is_known else "",
        "lead_id": "" if is_known else person.lead_id, "channel": "email", "function_code": "marketing",
        "campaign_id": "", "copy_id": "", "is_transactional": False, "sent_at": at, "opened_at": opened_at,
        "clicked_at": clicked_at if clicked_at and clicked_at <= END else None, "skipped_reason": skipped,
    }  # fmt: skip
    tables.add("marketing.messages", **{**row, **values})


def _newsletters(tables: Tables, rng: random.Random, person: Person) -> None:
    for number in range(12):
        at = datetime(2023 + number // 4, number % 4 * 3 + 1, 15, 1, 30)
        if person.registered_at and person.registered_at < at and happens(rng, 0.4):
            campaign_id = f"summer_sale_{at.year}" if at.month == 7 and at.year > START.year else ""  # noqa: PLR2004
            _send(tables, rng, person, at, copy_id=f"news_{at:%Y_%m}", campaign_id=campaign_id)


def _ordinary_messages(tables: Tables, rng: random.Random, person: Person) -> None:
    if happens(rng, 0.4):
        at = awake(person.lead_at + days(rng.uniform(0.01, 2)))
        _send(tables, rng, person, at, channel="sms", copy_id="nurture_1")
    for copy_id, at in (("welcome", person.registered_at), ("receipt", person.first_order_at)):
        if at:
            at_once = at + timedelta(minutes=1)
            _send(tables, rng, person, at_once, copy_id=copy_id, function_code="service", is_transactional=True)
    _newsletters(tables, rng, person)


def add_messages(tables: Tables, people: list[Person], assignments: list[Assignment]) -> None:
    """Write all messages; the control arm gets none of the win-back."""
    for person in people:
        _ordinary_messages(tables, stream("message", person.person_id), person)
    for one in assignments:
        if one.arm == "treatment":
            _win_back(tables, one)
    tables.number("marketing.messages", "message_id", "MS", "sent_at")


def _win_back(tables: Tables, one: Assignment) -> None:
    rng = stream("winback", one.person.person_id)
    first_at = one.wave.assigned_at + timedelta(hours=one_of(rng, (4, 8, 11)))
    channel = one_of(rng, ("sms", "email", "wechat"))
    for number, at in enumerate((first_at, first_at + timedelta(days=14)), 1):
        if number == 1 or not one.person.life.returned_at or one.person.life.returned_at > at:
            _send(
                tables, rng, one.person, at, channel=channel, campaign_id=one.wave.experiment_id,
                copy_id=f"winback_{number}",
            )  # fmt: skip


def add_consents(tables: Tables, people: list[Person]) -> None:
    """Write permissions; a withdrawal closes the old row and opens a new one."""
    for person in people:
        rng = stream("consent", person.person_id)
        withdrawn_at = seen(person.life.withdrawn_at)
        channels = ("all",) if person.is_firm or happens(rng, 0.5) else ("email", "sms")
        for channel in channels if person.registered_at else ():
            _grant(tables, person, channel, (person.registered_at, withdrawn_at))


def _grant(tables: Tables, person: Person, channel: str, span: tuple[datetime, datetime | None]) -> None:
    rows = [(True, span[0], span[1])] + ([(False, span[1], None)] if span[1] else [])
    for is_granted, start, end in rows:
        tables.add(
            "marketing.consents", contact_id=person.contact_id, channel=channel, is_granted=is_granted,
            valid_from_at=start, valid_to_at=end,
        )  # fmt: skip


def add_assignments(tables: Tables, assignments: list[Assignment]) -> None:
    """Write the arms."""
    for one in assignments:
        tables.add(
            "marketing.experiment_assignments", experiment_id=one.wave.experiment_id,
            contact_id=one.person.contact_id, arm=one.arm, probability=0.8 if one.arm == "treatment" else 0.2,
            assigned_at=one.wave.assigned_at, seed=f"salt-{one.wave.experiment_id[-2:]}",
        )  # fmt: skip


def add_reviews(tables: Tables, people: list[Person]) -> None:
    """Write what customers said elsewhere."""
    for person in people:
        rng = stream("review", person.person_id)
        for start, end in person.alive_spans():
            if happens(rng, 0.1):
                score = one_of(rng, (1, 2, 3, 4, 4, 5, 5, 5))
                tone = "negative" if score <= 2 else "neutral" if score == 3 else "positive"  # noqa: PLR2004
                tables.add(
                    "marketing.reviews", review_id="",
                    contact_id=person.contact_id if happens(rng, 0.6) else "",
                    site=one_of(rng, ("dianping", "zhihu", "trustpilot")),
                    posted_at=awake(between(rng, start, end)),
                    score=score, sentiment=tone,
                )  # fmt: skip
    tables.rows["marketing.reviews"] = [one for one in tables.rows["marketing.reviews"] if one["posted_at"] <= END]
    tables.number("marketing.reviews", "review_id", "RV", "posted_at")
