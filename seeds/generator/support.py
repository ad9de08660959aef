"""The help desk: tickets with their events and comments, promises, surveys, chats and help articles."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from .chance import awake, between, days, happens, mean_days, one_of, pick, seen, skewed_days, stream
from .crm import AGENTS
from .people import Person
from .settings import END, START
from .writing import Tables

TICKETS_MEAN_DAYS = 140
BAD_DAYS_BEFORE_END = timedelta(days=50)
UNKNOWN_REQUESTERS = 3
TARGETS = {"low": (960, 7200), "normal": (480, 2880), "high": (120, 960), "urgent": (30, 240)}
SURVEYS = (
    ("SV-CSAT", "csat", 1, 5, True), ("SV-NPS", "nps", 0, 10, True), ("SV-CES", "ces", 1, 7, True),
    ("SV-FRICTION", "friction", 1, 5, False), ("SV-KANO-F", "kano_functional", 1, 5, True),
    ("SV-KANO-D", "kano_dysfunctional", 1, 5, True),
)  # fmt: skip
WORDS = (
    "很好, merci!",
    'They said "soon", it took a week',
    "价格太高",
    "booking, paying, waiting: all slow",
    "",
    "",
    "",
)

BAD = (
    {"negative": 0.8, "neutral": 0.2}, {"complaint": 0.7, "repair": 0.3}, {"high": 0.4, "normal": 0.6},
    {"urgent": 0.2, "high": 0.5, "normal": 0.3},
)  # fmt: skip
PLAIN = (
    {"neutral": 0.6, "positive": 0.25, "negative": 0.15}, {"question": 0.7, "complaint": 0.15, "idea": 0.15},
    {"normal": 0.6, "low": 0.4}, {"normal": 0.7, "low": 0.3},
)  # fmt: skip


@dataclass
class Ticket:
    """A request for help being written."""

    person: Person | None
    created_at: datetime
    is_bad: bool
    ticket_id: str = ""
    solved_at: datetime | None = None
    status: str = "new"


def _drafts(people: list[Person]) -> list[Ticket]:
    tickets = []
    for person in people:
        rng = stream("ticket", person.person_id)
        if happens(rng, 0.07):
            tickets.append(Ticket(person, awake(person.lead_at + days(rng.uniform(0, 6))), is_bad=False))
        for start, end in person.alive_spans():
            at = start + mean_days(rng, TICKETS_MEAN_DAYS)
            while at < end:
                tickets.append(Ticket(person, awake(at), happens(rng, 0.15)))
                at += mean_days(rng, TICKETS_MEAN_DAYS)
        end = person.life.ends_at
        if end and end <= END and happens(rng, 0.45):
            at = max(end - days(rng.uniform(1, BAD_DAYS_BEFORE_END.days)), person.life.first_order_at)
            tickets.append(Ticket(person, at + timedelta(hours=1), is_bad=True))
    rng = stream("unknown")
    tickets += [Ticket(None, between(rng, START, END), is_bad=False) for _ in range(UNKNOWN_REQUESTERS)]
    return sorted((one for one in tickets if one.created_at <= END), key=lambda one: one.created_at)


def _walk(tables: Tables, rng: random.Random, ticket: Ticket) -> datetime:
    opened_at = ticket.created_at + skewed_days(rng, 0.06, 1.2) + timedelta(minutes=1)
    solved_at = opened_at + skewed_days(rng, 2.5 if ticket.is_bad else 0.8, 1.0) + timedelta(minutes=5)
    steps = [("new", ticket.created_at, "end_user"), ("open", opened_at, "agent")]
    if happens(rng, 0.2):
        steps.append(("pending", opened_at + (solved_at - opened_at) / 2, "agent"))
    steps.append(("solved", solved_at, pick(rng, {"agent": 0.9, "bot": 0.1})))
    if happens(rng, 0.2 if ticket.is_bad else 0.05):
        again_at = solved_at + days(rng.uniform(0.1, 4))
        solved_at = again_at + skewed_days(rng, 1)
        steps += [("reopened", again_at, "end_user"), ("solved", solved_at, "agent")]
    steps.append(("closed", solved_at + timedelta(days=7), "system"))
    steps = [(status, at.replace(microsecond=0), actor) for status, at, actor in steps if at <= END]
    for before, (status, at, actor) in zip(["", *(step[0] for step in steps)], steps, strict=False):
        tables.add(
            "support.ticket_events", ticket_id=ticket.ticket_id, occurred_at=at, from_status=before,
            to_status=status, actor_type=actor,
        )  # fmt: skip
    ticket.status = steps[-1][0]
    ticket.solved_at = max((at for status, at, _ in steps if status == "solved"), default=None)
    if ticket.status == "reopened":
        ticket.solved_at = None
    return steps[-1][1]


def _add_comments(tables: Tables, rng: random.Random, ticket: Ticket) -> None:
    at = ticket.created_at
    speakers = ["end_user", *(["bot"] if happens(rng, 0.2) else []), "agent"]
    speakers += ["end_user", "agent"] * int(rng.random() * 2.2)
    for author in speakers:
        if at > END:
            return
        is_public = author != "agent" or happens(rng, 0.85)
        tables.add(
            "support.ticket_comments", ticket_id=ticket.ticket_id, occurred_at=at, author_type=author,
            is_public=is_public,
        )  # fmt: skip
        at += timedelta(minutes=1) if author == "bot" else skewed_days(rng, 0.12, 1.0) + timedelta(minutes=2)


def _add_ticket(tables: Tables, ticket: Ticket) -> None:
    rng = stream("ticketrow", ticket.ticket_id)
    person, at = ticket.person, ticket.created_at
    updated_at = _walk(tables, rng, ticket)
    _add_comments(tables, rng, ticket)
    is_buyer = person is not None and person.first_order_at is not None and person.first_order_at <= at
    names_customer = is_buyer and happens(rng, 0.7)
    mood, topic, severity, priority = BAD if ticket.is_bad else PLAIN
    email = person.main.email if person else f"nobody{ticket.ticket_id[-4:]}@unknown.example"
    tables.add(
        "support.tickets", ticket_id=ticket.ticket_id, requester_key="" if names_customer else email,
        customer_id=person.customer_id if names_customer else "", contact_id="", created_at=at,
        updated_at=updated_at,
        channel=pick(rng, {"email": 0.4, "chat": 0.4, "phone": 0.2}), category=pick(rng, topic),
        severity=pick(rng, severity), priority=pick(rng, priority),
        status=ticket.status, sentiment=pick(rng, mood), is_pre_sale=not is_buyer, solved_at=ticket.solved_at,
        assignee_id=one_of(rng, AGENTS),
    )  # fmt: skip


def add_tickets(tables: Tables, people: list[Person]) -> list[Ticket]:
    """Write tickets, events and comments, and the promises they are measured by."""
    tickets = _drafts(people)
    for place, ticket in enumerate(tickets, 1):
        ticket.ticket_id = f"T{place:05d}"
        _add_ticket(tables, ticket)
    for priority, (first, full) in TARGETS.items():
        for metric, minutes in (("first_response", first), ("resolution", full)):
            tables.add(
                "support.slas", policy="standard", metric=metric, priority=priority, target_minutes=minutes,
                is_business_hours=priority != "urgent",
            )  # fmt: skip
    return tickets


def _answer(tables: Tables, survey_id: str, person: Person, at: datetime, **values: object) -> None:
    if at <= END:
        by_contact = int(person.person_id[1:]) % 4 == 0
        row = {
            "answer_id": "", "survey_id": survey_id, "contact_id": person.contact_id if by_contact else "",
            "customer_id": "" if by_contact else person.customer_id, "ticket_id": "", "answered_at": at,
            "score": None, "text": "",
        }  # fmt: skip
        tables.add("support.survey_answers", **{**row, **values})


def _yearly_answers(tables: Tables, person: Person) -> None:
    rng = stream("survey", person.person_id)
    for year in (2023, 2024, 2025):
        at = datetime(year, 11, 5, 3, 0, 0) + skewed_days(rng, 1)
        if not person.is_alive(at) or not happens(rng, 0.4):
            continue
        score = one_of(rng, (0, 3, 5, 6, 7, 7, 8, 8, 9, 9, 9, 10, 10, 10))
        _answer(tables, "SV-NPS", person, at, score=score, text=one_of(rng, WORDS))
        if year == END.year and happens(rng, 0.5):
            _answer(tables, "SV-FRICTION", person, at, score=1 + int(rng.random() * 5), text=one_of(rng, WORDS))
            kind = int(rng.random() * 3)
            _answer(tables, "SV-KANO-F", person, at, score=(5, 4, 3)[kind])
            _answer(tables, "SV-KANO-D", person, at, score=(1, 2, 3)[kind])


def add_surveys(tables: Tables, people: list[Person], tickets: list[Ticket]) -> None:
    """Write the surveys and their answers."""
    for survey_id, kind, low, high, is_higher_better in SURVEYS:
        sent_at = datetime(2025 if kind.startswith(("kano", "friction")) else 2023, 11 if kind != "csat" else 1, 5, 1)
        tables.add(
            "support.surveys", survey_id=survey_id, type=kind, scale_min=low, scale_max=high,
            higher_is_better=is_higher_better, sent_at=sent_at,
        )  # fmt: skip
    for ticket in tickets:
        rng = stream("csat", ticket.ticket_id)
        buyer = ticket.person if ticket.person and ticket.person.first_order_at else None
        if buyer and ticket.solved_at and buyer.first_order_at < ticket.created_at and happens(rng, 0.35):
            at = ticket.solved_at + skewed_days(rng, 0.3)
            score = one_of(rng, (1, 1, 2, 3, 4) if ticket.is_bad else (2, 3, 4, 4, 5, 5, 5))
            _answer(tables, "SV-CSAT", buyer, at, score=score, ticket_id=ticket.ticket_id, text=one_of(rng, WORDS))
            if happens(rng, 0.3):
                _answer(tables, "SV-CES", buyer, at, score=2 + score, ticket_id=ticket.ticket_id)
    for person in people:
        _yearly_answers(tables, person)
    tables.number("support.survey_answers", "answer_id", "AN", "answered_at")


def add_self_service(tables: Tables, people: list[Person]) -> None:
    """Write chats and article views."""
    for person in people:
        rng = stream("selfservice", person.person_id)
        at = awake(person.lead_at + days(rng.uniform(-0.2, 30)))
        registered_at = person.registered_at
        is_known = registered_at is not None and registered_at <= at
        if happens(rng, 0.22) and person.lead_at <= at <= END:
            is_bot = happens(rng, 0.6)
            tables.add(
                "support.chats", chat_id="", contact_id=person.contact_id if is_known else "",
                lead_id="" if is_known else person.lead_id, started_at=at, is_bot=is_bot,
                is_handed_over=is_bot and happens(rng, 0.35),
            )  # fmt: skip
        for start, end in person.alive_spans():
            for _ in range(int(rng.random() * 3)):
                tables.add(
                    "support.article_views", view_id="",
                    contact_id=person.contact_id if happens(rng, 0.7) else "",
                    article_id=f"HELP-{1 + int(rng.random() ** 2 * 25):02d}",
                    viewed_at=seen(between(rng, start, end)),
                )  # fmt: skip
    tables.number("support.chats", "chat_id", "CH", "started_at")
    tables.number("support.article_views", "view_id", "VW", "viewed_at")
