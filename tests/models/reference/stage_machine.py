"""The finite-state machine of one entity, in plain Python: slow, and nothing to be clever about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import floor


@dataclass(frozen=True)
class Event:
    """Something that happened; `record_id` sorts in the order in which the source wrote it."""

    occurred_at: datetime
    kind: str
    record_id: str
    amount: Decimal | None = None
    stated_value: str | None = None


@dataclass(frozen=True)
class Rule:
    rule_id: str
    to_stage: str
    from_stages: tuple[str, ...]
    trigger: str
    priority: int
    event_types: tuple[str, ...]
    silent_days: int | None = None
    gap_multiple: float | None = None
    min_silent_days: int | None = None
    max_silent_days: int | None = None
    window_days: int | None = None
    window_measure: str | None = None
    window_minimum: float | None = None
    decline_ratio: float | None = None
    event_number: int | None = None
    within_days: int | None = None
    after_event_types: tuple[str, ...] = ()
    min_amount: float | None = None
    max_amount: float | None = None
    stated_values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
    occurred_at: datetime
    from_stage: str
    to_stage: str
    rule_id: str


def heard_by(rule: Rule, events: list[Event]) -> list[Event]:
    """Return the events that a rule listens to, in order."""
    return sorted(
        (
            event
            for event in events
            if event.kind in rule.event_types
            and (rule.min_amount is None or (event.amount is not None and event.amount >= rule.min_amount))
            and (rule.max_amount is None or (event.amount is not None and event.amount <= rule.max_amount))
            and (not rule.stated_values or event.stated_value in rule.stated_values)
        ),
        key=lambda event: (event.occurred_at, event.record_id),
    )


def silences(rule: Rule, heard: list[Event]) -> set[datetime]:
    instants = sorted({event.occurred_at for event in heard})
    ends = set()
    for place, instant in enumerate(instants):
        days = timedelta(days=rule.silent_days)
        if rule.gap_multiple is not None and place > 0:
            mean_gap = (instant - instants[0]).total_seconds() / place
            seconds = max(rule.gap_multiple * mean_gap, (rule.min_silent_days or 0) * 86400.0)
            days = timedelta(seconds=floor(min(seconds, (rule.max_silent_days or 24000) * 86400.0)))
        end = instant + days
        if days and not any(instant < other <= end for other in instants):
            ends.add(end)
    return ends


def is_met(rule: Rule, heard: list[Event], now: datetime) -> bool:
    window = timedelta(days=rule.window_days)

    def level(until: datetime) -> float:
        inside = [event for event in heard if until - window < event.occurred_at <= until]
        if rule.window_measure == "amount":
            return float(sum((event.amount or Decimal(0) for event in inside), Decimal(0)))
        return float(len(inside))

    if rule.trigger != "decline":
        return level(now) >= rule.window_minimum
    return level(now - window) > 0 and level(now) <= rule.decline_ratio * level(now - window)


def crossings(rule: Rule, heard: list[Event]) -> set[datetime]:
    window = timedelta(days=rule.window_days)
    instants = sorted({event.occurred_at + times * window for event in heard for times in (0, 1, 2)})
    met = [is_met(rule, heard, instant) for instant in instants]
    return {instant for instant, now, before in zip(instants, met, [False, *met], strict=False) if now and not before}


def picked(rule: Rule, heard: list[Event], events: list[Event]) -> set[datetime]:
    """Return when an event came that counts by its number, by the window up to it, by what came before it."""
    numbered = heard if rule.event_number is None else heard[rule.event_number - 1 : rule.event_number]
    found = {event.occurred_at for event in numbered}
    if rule.window_days is not None:
        found = {instant for instant in found if is_met(rule, heard, instant)}
    if rule.after_event_types:
        before = [event.occurred_at for event in events if event.kind in rule.after_event_types]
        days = timedelta(days=rule.within_days)
        found = {instant for instant in found if any(instant - days <= other <= instant for other in before)}
    return found


def instants_of(rule: Rule, events: list[Event]) -> set[tuple[datetime, str]]:
    """Return when the rule's condition became true, and for what a source states the record that states it."""
    heard = heard_by(rule, events)
    if rule.trigger == "source":
        return {(event.occurred_at, event.record_id) for event in heard}
    if rule.trigger == "inactivity":
        found = silences(rule, heard)
    elif rule.trigger in ("decline", "signal"):
        found = crossings(rule, heard)
    else:
        found = picked(rule, heard, events)
    return {(instant, "") for instant in found}


def moves_of(rules: list[Rule], events: list[Event], as_of: datetime, until: datetime | None = None) -> list[Move]:
    """Let every candidate act, one after the other; nothing happens after as_of, but time goes on until `until`."""
    happened = [event for event in events if event.occurred_at <= as_of]
    candidates = sorted(
        (instant, rule.priority, record_id, rule.rule_id, rule)
        for rule in rules
        for instant, record_id in instants_of(rule, happened)
        if instant <= (until or as_of)
    )
    stage, entered_at, moves = "outside", None, []
    for instant, _, _, _, rule in candidates:
        is_late = (
            rule.within_days is not None
            and not rule.after_event_types
            and (entered_at is None or instant - entered_at > timedelta(days=rule.within_days))
        )
        if ("*" in rule.from_stages or stage in rule.from_stages) and stage != rule.to_stage and not is_late:
            moves.append(Move(instant, stage, rule.to_stage, rule.rule_id))
            stage, entered_at = rule.to_stage, instant
    return moves
