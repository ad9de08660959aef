"""The retention triangle, in plain Python."""

from __future__ import annotations

from datetime import date, datetime


def month_of(instant: datetime) -> date:
    return date(instant.year, instant.month, 1)


def after(month: date, months: int) -> date:
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def triangle(
    activity: list[tuple[str, datetime]], as_of: datetime
) -> dict[tuple[date, int], tuple[int, int, float | None]]:
    """Return (cohort month, months since) -> (cohort size, retained, rate or None while unfinished)."""
    months: dict[str, set[date]] = {}
    for customer, instant in activity:
        if instant <= as_of:
            months.setdefault(customer, set()).add(month_of(instant))
    cells: dict[tuple[date, int], tuple[int, int, float | None]] = {}
    for cohort in {min(active) for active in months.values()}:
        members = [active for active in months.values() if min(active) == cohort]
        offset = 0
        while after(cohort, offset) <= as_of.date():
            retained = sum(after(cohort, offset) in active for active in members)
            is_over = as_of >= datetime.combine(after(cohort, offset + 1), datetime.min.time())
            cells[cohort, offset] = (len(members), retained, retained / len(members) if is_over else None)
            offset += 1
    return cells
