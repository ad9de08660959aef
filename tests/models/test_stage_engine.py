"""The stage engine agrees with a plain Python machine on random dictionaries and histories."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from activity import EVENT_COLUMNS, START, build_clock, event_row
from bench import ModelBench
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from reference import stage_machine
from reference.stage_machine import Event, Move, Rule, moves_of

pytestmark = pytest.mark.xdist_group("bench")

STAGES = ("one", "two", "three", "four", "five")
KINDS = ("a", "b", "c", "d")
STATED = (("xy", "one"), ("y", "two"))
HORIZON_DAYS = 10
DICTIONARIES, LIVES, EXAMPLES = 8, 6, 60  # 60 x 8 x 6: 2,880 dictionaries x histories
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Case:
    """Several lifecycles, and customers who live them all; some of their events are about a deal of theirs."""

    lifecycles: dict[str, tuple[str, list[Rule]]]
    customers: list[list[tuple[Event, str | None]]]
    as_of: datetime

    def lives(self, entity_type: str) -> dict[str, list[Event]]:
        """Return who lives the lifecycles of an entity type, with all that happens to each."""
        found: dict[str, list[Event]] = {}
        for number, events in enumerate(self.customers):
            for event, deal in events:
                entity = f"E{number}" if entity_type == "customer" else deal and f"E{number} {deal}"
                if entity:
                    found.setdefault(entity, []).append(event)
        return found


def drawn_case(chance: random.Random) -> Case:
    """Draw dictionaries and histories in which ties, repetitions and silences are common."""
    lifecycles = {
        f"life{number}": (chance.choice(("customer", "customer", "deal")), drawn_rules(chance))
        for number in range(DICTIONARIES)
    }
    customers = [drawn_life(chance, chance.choice((0, 1, 3, 6, 14))) for _ in range(LIVES)]
    return Case(lifecycles, customers, START + timedelta(hours=12 * chance.randint(0, 30)))


def drawn_life(chance: random.Random, length: int, steps: int = 14) -> list[tuple[Event, str | None]]:
    instants = [START + timedelta(hours=12 * chance.randint(0, steps)) for _ in range(length)]
    for place in range(1, length):
        if chance.random() < 0.3:  # at the very instant of another
            instants[place] = instants[place - 1]
    return [
        (
            Event(
                occurred_at=instant,
                kind=chance.choice(KINDS),
                record_id=f"{place:03}",
                amount=chance.choice((None, Decimal(0), Decimal(1), Decimal(2), Decimal(4))),
                stated_value=chance.choice((None, "xy", "y", "y", "x_", "%")),
            ),
            chance.choice((None, None, "first deal", "second deal")),
        )
        for place, instant in enumerate(instants)
    ]


def drawn_rules(chance: random.Random) -> list[Rule]:
    rules = [drawn_rule(chance, f"r{number}") for number in range(chance.randint(1, 6))]
    there = chance.choice(rules)
    if there.from_stages[-1] in STAGES and there.trigger == "event":  # and back again within the instant
        rules.append(replace(there, rule_id="back", to_stage=there.from_stages[-1], from_stages=(there.to_stage,)))
    if chance.random() < 0.2:  # a source that states the whole life
        rules += [Rule(value, stage, ("*",), "source", 2, KINDS, stated_values=(value,)) for value, stage in STATED]
    return rules


def drawn_rule(chance: random.Random, rule_id: str) -> Rule:
    trigger = chance.choice(("event", "event", "event", "inactivity", "decline", "signal", "source", "source"))
    origins = chance.sample(("outside", *STAGES), chance.randint(1, 4))
    return Rule(
        rule_id=rule_id,
        to_stage=chance.choice(STAGES),
        from_stages=("*",) if chance.random() < 0.1 else tuple(origins),
        trigger=trigger,
        priority=chance.randint(1, 4),
        event_types=tuple(chance.sample(KINDS, chance.randint(1, 2))),
        min_amount=chance.choice((None, None, None, 0, 1, 2)),
        max_amount=chance.choice((None, None, None, 1, 3)),
        **PARTS[trigger](chance),
    )


def _event_parts(chance: random.Random) -> dict[str, object]:
    window = {"window_days": chance.randint(1, 4), "window_measure": chance.choice((None, "count", "amount"))}
    return chance.choice(
        (
            {},
            {"event_number": chance.randint(1, 4)},
            {"within_days": chance.randint(1, 4)},
            {"within_days": chance.randint(1, 4), "event_number": chance.randint(1, 4)},
            {"within_days": chance.randint(0, 4), "after_event_types": tuple(chance.sample(KINDS, 2))},
            window | {"window_minimum": chance.randint(1, 3)},
            window | {"window_minimum": chance.randint(1, 3), "within_days": chance.randint(1, 4)},
        )
    )


def _inactivity_parts(chance: random.Random) -> dict[str, object]:
    return {
        "silent_days": chance.randint(1, 4),
        "gap_multiple": chance.choice((None, 0.5, 1.5, 3.0)),
        "min_silent_days": chance.choice((None, None, 1, 3)),
        "max_silent_days": chance.choice((None, 4)),
    }


PARTS = {
    "event": _event_parts,
    "inactivity": _inactivity_parts,
    "decline": lambda chance: {
        "window_days": chance.randint(1, 4),
        "window_measure": chance.choice(("count", "amount")),
        "decline_ratio": chance.choice((0.0, 0.25, 0.5, 1.0)),
    },
    "signal": lambda chance: {
        "window_days": chance.randint(1, 4),
        "window_measure": chance.choice((None, "count", "amount")),
        "window_minimum": chance.randint(1, 3),
    },
    "source": lambda chance: {"stated_values": tuple(chance.sample(("xy", "y"), chance.randint(1, 2)))},
}
RULE_COLUMNS = {
    "silent_days": "integer",
    "gap_multiple": "double",
    "min_silent_days": "integer",
    "max_silent_days": "integer",
    "window_days": "integer",
    "window_measure": "varchar",
    "window_minimum": "double",
    "decline_ratio": "double",
    "event_number": "integer",
    "within_days": "integer",
    "min_amount": "double",
    "max_amount": "double",
}
seeds = st.integers(0, 10**9)


def tables_of(case: Case) -> dict[str, tuple[str, list[tuple]]]:
    """Return the case as tables for the bench."""
    types = ", ".join(f"{name} {kind}" for name, kind in RULE_COLUMNS.items())
    return {
        "lifecycles": (
            "lifecycle_id varchar, entity_type varchar",
            [(name, entity_type) for name, (entity_type, _) in case.lifecycles.items()],
        ),
        "lifecycle_stages": (
            "lifecycle_id varchar, stage varchar, stage_number integer, stage_order integer, kind varchar, "
            "generic_stage varchar",
            [
                (name, stage, number, number * 10, "progress", None)
                for name in case.lifecycles
                for number, stage in enumerate(STAGES, start=1)
            ],
        ),
        "stage_rules": (
            "lifecycle_id varchar, rule_id varchar, rule_version integer, to_stage varchar, from_stages varchar, "
            "rule_trigger varchar, priority integer, event_types varchar, after_event_types varchar, "
            f"stated_values varchar, {types}",
            [_rule_row(name, rule) for name, (_, rules) in case.lifecycles.items() for rule in rules],
        ),
        "event_types": ("event_type varchar", [(kind,) for kind in KINDS]),
        "thresholds": (
            "threshold_id varchar, threshold_value integer",
            [("upcoming_transitions_days", HORIZON_DAYS)],
        ),
        "dim_stages": (
            "lifecycle_id varchar, stage varchar, owner_team varchar, task varchar",
            [(name, stage, "team", "task") for name in case.lifecycles for stage in STAGES],
        ),
        "fct_customer_events": (EVENT_COLUMNS, list(_event_rows(case))),
        "int_build_clocks_resolved": build_clock(case.as_of),
    }


def _rule_row(lifecycle: str, rule: Rule) -> tuple:
    lists = ("|".join(parts) or None for parts in (rule.event_types, rule.after_event_types, rule.stated_values))
    start = (lifecycle, rule.rule_id, 1, rule.to_stage, "|".join(rule.from_stages), rule.trigger, rule.priority)
    return (*start, *lists, *(getattr(rule, name) for name in RULE_COLUMNS))


def _event_rows(case: Case) -> list[tuple]:
    rows = []
    for number, events in enumerate(case.customers):
        for event, deal in events:
            if event.occurred_at <= case.as_of:
                customer, key = f"E{number}", f"{number}-{event.record_id}"
                about = ("deal", f"{customer} {deal}") if deal else ("customer", customer)
                rows.append(
                    event_row(
                        event_id=key,
                        entity_id=about[1],
                        customer_id=customer,
                        entity_type=about[0],
                        event_type=event.kind,
                        stated_value=event.stated_value,
                        amount=event.amount,
                        occurred_at=event.occurred_at,
                    )
                )
    return rows


Told = dict[tuple[str, str], list[Move]]


def told_by_sql(bench: ModelBench, case: Case) -> Told:
    """Return the moves of each life: those that happened, then those to come."""
    built = bench.run_all(["fct_stage_transitions", "rpt_upcoming_transitions"], tables_of(case))
    happened = sorted(built["fct_stage_transitions"], key=lambda row: row["move_number"])
    to_come = sorted(built["rpt_upcoming_transitions"], key=lambda row: row["step_number"])
    found: Told = {}
    for instant, rows in (("occurred_at", happened), ("due_at", to_come)):
        for row in rows:
            move = Move(row[instant], row["from_stage"], row["to_stage"], row["rule_id"])
            found.setdefault((row["lifecycle_id"], row["entity_id"]), []).append(move)
    return found


def told_by_machine(case: Case) -> Told:
    until = case.as_of + timedelta(days=HORIZON_DAYS)
    told = {
        (name, entity): moves_of(rules, events, case.as_of, until)
        for name, (entity_type, rules) in case.lifecycles.items()
        for entity, events in case.lives(entity_type).items()
    }
    return {life: moves for life, moves in told.items() if moves}


@MANY
@given(seed=seeds)
def test_moves_are_those_of_the_state_machine(bench: ModelBench, seed: int) -> None:
    case = drawn_case(random.Random(seed))
    assert told_by_sql(bench, case) == told_by_machine(case)


@settings(MANY, max_examples=12)
@given(seed=seeds)
def test_moves_of_long_lives_are_those_of_the_state_machine(bench: ModelBench, seed: int) -> None:
    """Lives of up to 400 events are folded in several blocks; six customers, so that blocks of many meet."""
    chance = random.Random(seed)
    case = drawn_case(chance)
    customers = [drawn_life(chance, chance.choice((3, 60, 70, 400)), steps=1200) for _ in range(LIVES)]
    long_case = replace(case, customers=customers, as_of=START + timedelta(days=500))
    assert told_by_sql(bench, long_case) == told_by_machine(long_case)


def evidence_of(move: dict[str, Any], rule: Rule, heard: list[Event]) -> set[str]:
    """Return the records on which a move rests."""
    until = move["occurred_at"]
    if rule.trigger == "source":
        return {move["evidence_record_id"].partition("-")[2]}
    if rule.trigger == "inactivity":
        until -= timedelta(seconds=round(move["evidence_value"] * 86400))
    if rule.window_days:
        since = until - timedelta(days=rule.window_days * (2 if rule.trigger == "decline" else 1))
        return {event.record_id for event in heard if since < event.occurred_at <= until}
    if rule.event_number:
        return {event.record_id for event in heard if event.occurred_at <= until}
    return {event.record_id for event in heard if event.occurred_at == until}


@settings(MANY, max_examples=10)
@given(seed=seeds)
def test_evidence_is_what_the_rule_heard(bench: ModelBench, seed: int) -> None:
    case = drawn_case(random.Random(seed))
    built = bench.run_all(["fct_transition_evidence", "fct_stage_transitions"], tables_of(case))
    found: dict[str, set[str]] = {}
    for row in built["fct_transition_evidence"]:
        found.setdefault(row["transition_id"], set()).add(row["evidence_record_id"].partition("-")[2])
    expected = {}
    for move in built["fct_stage_transitions"]:
        entity_type, rules = case.lifecycles[move["lifecycle_id"]]
        rule = next(rule for rule in rules if rule.rule_id == move["rule_id"])
        happened = [event for event in case.lives(entity_type)[move["entity_id"]] if event.occurred_at <= case.as_of]
        expected[move["transition_id"]] = evidence_of(move, rule, stage_machine.heard_by(rule, happened))
    assert found == expected


SQL_FAULTS = [
    ("int_stage_rules_compiled", "order by priority, stated_rank, rule_id", "order by rule_id"),
    ("int_stage_rules_compiled", "'entry ' || rule_id", "'plain'"),
    (
        "int_stage_blocks_gathered",
        "bundled.stated_record_id\n        ) as",
        "bundled.stated_record_id desc\n        ) as",
    ),
    ("int_stage_events_picked", "events_so_far >= event_number", "events_so_far > event_number"),
    ("int_stage_events_picked", "last_prelude_at >=", "last_prelude_at >"),
    ("int_stage_silences_completed", "next_occurred_at > silences_with_end", "next_occurred_at >= silences_with_end"),
    ("int_stage_silences_completed", "- 1 as gaps_count", "as gaps_count"),
    ("int_stage_levels_crossed", "levels.recent >= rules", "levels.recent > rules"),
    ("int_stage_levels_crossed", "arrivals_count > 0", "arrivals_count >= 0"),
    ("int_stage_bundles_compiled", "max(maps.has_round_trips) = 0", "true"),
    ("int_stage_blocks_gathered", "when 2\n                then", "when 2\n                then false and"),
    ("int_stage_moves_folded", "coalesce(instants.instant.seconds_since_entry <=", "coalesce(1000 <"),
    ("fct_stage_transitions", "moves.occurred_at <= build", "moves.occurred_at < build"),
]


@pytest.mark.parametrize(("model", "sound", "faulty"), SQL_FAULTS)
def test_a_fault_in_the_sql_is_caught(bench: ModelBench, model: str, sound: str, faulty: str) -> None:
    altered = bench.altered(model, sound, faulty)
    assert find_disagreement(altered) is not None


MACHINE_FAULTS = {
    "silences": lambda *_: set(),
    "crossings": lambda _, heard: {event.occurred_at for event in heard},
    "picked": lambda _, heard, __: {event.occurred_at for event in heard},
    "heard_by": lambda rule, events: [event for event in events if event.kind in rule.event_types],
}


@pytest.mark.parametrize("function", MACHINE_FAULTS)
def test_a_fault_in_the_machine_is_caught(bench: ModelBench, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    monkeypatch.setattr(stage_machine, function, MACHINE_FAULTS[function])
    assert find_disagreement(bench) is not None


def find_disagreement(bench: ModelBench) -> int:
    """Return the seed of a case that tells SQL and machine apart; there is none if this raises NoSuchExample."""

    def is_told_apart(seed: int) -> bool:
        case = drawn_case(random.Random(seed))
        return told_by_sql(bench, case) != told_by_machine(case)

    return find(seeds, is_told_apart, settings=settings(MANY, phases=[Phase.generate]))
