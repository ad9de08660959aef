"""The first attempt of one entity at a funnel, in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta


def first_attempt(steps: list[str], window_days: int | None, events: list[tuple[datetime, str]]) -> list[datetime]:
    """Return the instant of each step that was reached, in order."""
    starts = [instant for instant, kind in events if kind == steps[0]]
    if not starts:
        return []
    reached = [min(starts)]
    for step in steps[1:]:
        later = [instant for instant, kind in events if kind == step and instant >= reached[-1]]
        if window_days is not None:
            later = [instant for instant in later if instant <= reached[0] + timedelta(days=window_days)]
        if not later:
            break
        reached.append(min(later))
    return reached
