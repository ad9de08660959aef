"""A lifecycle as a graph: its stages, and the rules that lead from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.dictionary.triggers import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestration.dictionary.tables import Dictionary, Row

OUTSIDE = "outside"  # before the first stage
EVERYWHERE = "*"


@dataclass(frozen=True)
class Rule:
    """One rule of a lifecycle."""

    row: Row
    from_stages: frozenset[str]  # `*` written out; without the rule's own target, from which it moves nobody

    @property
    def name(self) -> str:
        """The rule's code."""
        return self.row["rule_id"]

    @property
    def to_stage(self) -> str:
        """Where the rule leads."""
        return self.row["to_stage"]

    @property
    def event_types(self) -> frozenset[str]:
        """The event types that it listens to."""
        return frozenset(self.row.parts("event_types"))

    @property
    def words(self) -> str:
        """When the rule becomes true, in words."""
        return in_words(self.row)


@dataclass(frozen=True)
class Lifecycle:
    """One lifecycle; stages along the way, rules in order of priority."""

    row: Row
    stages: tuple[Row, ...]
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        """The lifecycle's code."""
        return self.row["lifecycle_id"]

    @property
    def stage_names(self) -> list[str]:
        """The codes of its stages."""
        return [row["stage"] for row in self.stages]

    @property
    def knows_its_stages(self) -> bool:
        """Whether every rule leads from and to stages that exist; only then is the graph what was meant."""
        known = set(self.stage_names)
        return all(
            rule.to_stage in known and known.issuperset({*rule.row.parts("from_stages")} - {OUTSIDE, EVERYWHERE})
            for rule in self.rules
        )

    def moves(self) -> dict[tuple[str, str], list[str]]:
        """Return the names of the rules that lead from one stage, or from everywhere, to another, in order of both."""
        places = {name: place for place, name in enumerate([EVERYWHERE, OUTSIDE, *self.stage_names])}
        found: dict[tuple[str, str], list[str]] = {}
        for rule in self.rules:
            for stage in [EVERYWHERE] if rule.row["from_stages"] == EVERYWHERE else rule.from_stages:
                found.setdefault((stage, rule.to_stage), []).append(rule.name)
        return dict(sorted(found.items(), key=lambda move: [places[stage] for stage in move[0]]))


def lifecycles_of(dictionary: Dictionary) -> list[Lifecycle]:
    """Return every lifecycle of the dictionary."""
    return [_lifecycle(dictionary, row) for row in dictionary.rows("lifecycles")]


def _lifecycle(dictionary: Dictionary, row: Row) -> Lifecycle:
    name = row["lifecycle_id"]
    stages = _ordered((r for r in dictionary.rows("lifecycle_stages") if r["lifecycle_id"] == name), "stage_code")
    everywhere = {OUTSIDE, *(stage["stage"] for stage in stages)}
    rules = _ordered((r for r in dictionary.rows("stage_rules") if r["lifecycle_id"] == name), "priority")
    return Lifecycle(row, stages, tuple(_rule(rule, everywhere) for rule in rules))


def _rule(row: Row, everywhere: set[str]) -> Rule:
    named = everywhere if row["from_stages"] == EVERYWHERE else set(row.parts("from_stages"))
    return Rule(row, frozenset(named - {row["to_stage"]}))


def _ordered(rows: Iterable[Row], column: str) -> tuple[Row, ...]:
    """Sort by a number; rows whose cell is none come last, for their fault is told elsewhere."""
    keyed = [(row.number(column) is None, row.number(column) or 0, row) for row in rows]
    return tuple(row for *_, row in sorted(keyed, key=lambda item: item[:2]))


def stages_reached(lifecycle: Lifecycle) -> set[str]:
    """Return the stages to which some chain of rules leads from outside, outside included."""
    reached = {OUTSIDE}
    while new := {rule.to_stage for rule in lifecycle.rules if rule.from_stages & reached} - reached:
        reached |= new
    return reached


def cycles(moves: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the ways that lead back to where they began, each once and as short as can be."""
    nexts: dict[str, list[str]] = {}
    for start, end in moves:
        nexts.setdefault(start, []).append(end)
    found: dict[frozenset[str], list[str]] = {}
    for stage in nexts:
        way = _shortest_way_back(stage, nexts)
        if way:
            found.setdefault(frozenset(way), way)
    return list(found.values())


def _shortest_way_back(stage: str, nexts: dict[str, list[str]]) -> list[str] | None:
    ways, seen = [[stage]], set()
    for way in ways:  # grows while it is walked: breadth first
        for following in nexts.get(way[-1], ()):
            if following == stage:
                return [*way, stage]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None
