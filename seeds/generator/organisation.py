"""The company's own people and its partners."""

from datetime import date, datetime, timedelta

from .chance import days, happens, one_of, stream
from .crm import AGENTS
from .deals import SELLERS
from .settings import END
from .writing import Tables

LEFT = {"U06": datetime(2024, 8, 30, 10), "U14": datetime(2025, 5, 15, 10)}
MOVED = {"U05": datetime(2024, 3, 1, 1), "U12": datetime(2025, 1, 6, 1)}
PARTNERS = (
    ("PT1", "Bridge Agents, Ltd.", "gold", "cooperating", date(2022, 6, 1)),
    ("PT2", "晨星教育代理", "silver", "cooperating", date(2023, 2, 1)),
    ("PT3", "Académie Relais", "silver", "motivated", date(2023, 3, 15)),
    ("PT4", "Northwind Resellers", "bronze", "suspended", date(2023, 9, 1)),
    ("PT5", "Lotus Network", "bronze", "cooperating", date(2024, 1, 10)),
)
PARTNER_STEPS = ("discovered", "developing", "cooperating")
TOPICS = ("consultative selling", "complaints, and how to hear them", "产品知识", "data protection")


def _function_of(user_id: str) -> str:
    if user_id in SELLERS:
        return "sales"
    if user_id in AGENTS:
        return "service"
    return "management" if user_id in {"U01", "U02"} else "marketing"


def add_staff(tables: Tables) -> None:
    """Write users with team over time, and the events of their working life."""
    for number in range(1, 21):
        user_id = f"U{number:02d}"
        rng = stream("staff", user_id)
        hired_at = datetime(2022, 9, 1, 1) + days(int(rng.uniform(0, 110)))
        function = _function_of(user_id)
        end, moved_at = LEFT.get(user_id), MOVED.get(user_id)
        spans = [(f"{function}_{1 + number % 2}", hired_at, moved_at or end)]
        if moved_at:
            spans.append((f"{function}_{2 - number % 2}", moved_at, end))
        for team, start, stop in spans:
            tables.add(
                "crm.users",
                user_id=user_id,
                team=team,
                function_code=function,
                valid_from_at=start,
                valid_to_at=stop,
            )
        steps = [("hired", 0, "G1"), ("trained", 9, "G1"), ("posted", 25, "G1"), ("regraded", 400, "G2")]
        if number % 4 == 0:
            steps.append(("promoted", 700, "G3"))
        moments = [(kind, hired_at + timedelta(days=offset), grade) for kind, offset, grade in steps]
        moments = [one for one in moments if not end or one[1] < end] + ([("left", end, "")] if end else [])
        for kind, at, grade in moments:
            tables.add("staff.staff_events", user_id=user_id, type=kind, occurred_at=at, grade=grade)


def add_trainings(tables: Tables) -> None:
    """Write a training each quarter for about half of the staff."""
    for number in range(12):
        rng = stream("training", number)
        held_at = datetime(2023 + number // 4, number % 4 * 3 + 2, 12, 1, 0, 0)
        for place in range(3, 21):
            user_id = f"U{place:02d}"
            if happens(rng, 0.5) and held_at < LEFT.get(user_id, END):
                tables.add(
                    "staff.trainings", training_id=f"TR{number + 1:02d}", user_id=user_id,
                    topic=TOPICS[number % len(TOPICS)], held_at=held_at, hours=one_of(rng, (1.5, 2, 4)),
                    trainer_id="U01",
                )  # fmt: skip


def add_partners(tables: Tables) -> None:
    """Write partners and the log of their status and tier."""
    for number, (partner_id, name, tier, status, since) in enumerate(PARTNERS):
        start = datetime(2023, 1, 9, 2) + timedelta(days=60 * number)
        steps = [("status", name_, start + timedelta(days=30 * place)) for place, name_ in enumerate(PARTNER_STEPS)]
        steps.append(("tier", tier, start + timedelta(days=75)))
        if status != PARTNER_STEPS[-1]:
            steps.append(("status", status, start + timedelta(days=500)))
        before: dict[str, str] = {}
        for field, value, at in steps:
            tables.add(
                "partners.partner_history", object_id=partner_id, field=field,
                old_value=before.get(field, ""),
                new_value=value, changed_at=at, changed_by="U02",
            )  # fmt: skip
            before[field] = value
        tables.add(
            "partners.partners", partner_id=partner_id, name=name, tier=tier, status=status, since_date=since,
            updated_at=steps[-1][2],
        )  # fmt: skip
