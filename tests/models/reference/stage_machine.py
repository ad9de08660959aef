"""The finite-state machine of one entity, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Rule:
    rule_id: str
    to_stage: str
    from_stages: tuple[str, ...]
    trigger: str
    priority: int
    event_types: tuple[str, ...]
    silent_days: int | None = None


@dataclass(frozen=True)
class Move:
    occurred_at: datetime
    from_stage: str
    to_stage: str
    rule_id: str


def instants_of(rule: Rule, events: list[tuple[datetime, str]], as_of: datetime) -> set[datetime]:
    """Return when the rule's condition became true."""
    happened = sorted({instant for instant, kind in events if kind in rule.event_types and instant <= as_of})
    if rule.trigger == "event":
        return set(happened)
    silence = timedelta(days=rule.silent_days)
    ends = {instant + silence for instant in happened}
    return {end for end in ends if end <= as_of and not any(end - silence < instant <= end for instant in happened)}


def moves_of(rules: list[Rule], events: list[tuple[datetime, str]], as_of: datetime) -> list[Move]:
    """Let every candidate act, one after the other."""
    candidates = sorted(
        (instant, rule.priority, rule.rule_id, rule) for rule in rules for instant in instants_of(rule, events, as_of)
    )
    stage, moves = "outside", []
    for instant, _, _, rule in candidates:
        if ("*" in rule.from_stages or stage in rule.from_stages) and stage != rule.to_stage:
            moves.append(Move(instant, stage, rule.to_stage, rule.rule_id))
            stage = rule.to_stage
    return moves
