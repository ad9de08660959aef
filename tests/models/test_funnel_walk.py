"""Funnels agree with a plain Python walk on random funnels and histories, all options mixed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from activity import START
from bench import ModelBench
from funnels import attempts_told, funnel_tables
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from reference import funnel_walk
from reference.funnel_walk import Event, Exclusion, Funnel, Step

pytestmark = pytest.mark.xdist_group("bench")

KINDS = ("a", "b", "c", "d")
FUNNELS, LIVES, EXAMPLES = 24, 16, 8  # 24 x 16 x 8 = 3,072 funnels x histories
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
seeds = st.integers(0, 2**32)


def drawn_steps(chance: random.Random, step_order: str) -> tuple[Step, ...]:
    count = chance.randint(2, 5)
    if step_order == "any":
        return tuple(Step((kind,)) for kind in chance.sample(KINDS, min(count, 4)))
    steps = [Step(tuple(chance.sample(KINDS, chance.choice((1, 1, 1, 2)))), **_filters(chance))]
    steps += [
        Step(
            tuple(chance.sample(KINDS, chance.choice((1, 1, 1, 2)))),
            is_optional=chance.random() < 0.25,
            window=chance.choice((None, None, None, timedelta(hours=12), timedelta(days=1))),
            **_filters(chance),
        )
        for _ in range(1, count)
    ]
    return tuple(steps)


def _filters(chance: random.Random) -> dict:
    return chance.choice(
        ({}, {}, {}, {}, {"min_amount": 1.0}, {"max_amount": 1.0}, {"details": ("x", "y")}, {"functions": ("sales",)})
    )


def drawn_funnel(chance: random.Random) -> Funnel:
    step_order = chance.choice(("ordered", "ordered", "ordered", "any"))
    steps = drawn_steps(chance, step_order)
    is_ordered = step_order == "ordered"
    interrupted_by = chance.choice(
        ((), (), ("ahead", "start"), ("done",), ("ahead", "start", "done", "others"), ("others",))
    )
    exclusions = []
    for _ in range(chance.choice((0, 0, 1, 2)) if is_ordered else 0):
        after = chance.randint(1, len(steps) - 1)
        before = chance.randint(after + 1, len(steps))
        exclusions.append(
            Exclusion((chance.choice((*KINDS, "e")),), after, before, chance.choice(("attempt", "entity")))
        )
    return Funnel(
        steps=steps,
        mode=chance.choice(("observed", "observed", "imputed")) if is_ordered else "observed",
        step_order=step_order,
        attempts_kept=chance.choice(("first", "best", "every")),
        window=chance.choice((None, timedelta(hours=36), timedelta(days=3), timedelta(0))),
        held_property=chance.choice((None, None, "channel")),
        interrupted_by=frozenset(interrupted_by) if is_ordered else frozenset(),
        is_event_counted_once=bool(interrupted_by) or not is_ordered or chance.random() < 0.8,
        is_later_instant_required=is_ordered and chance.random() < 0.2,
        exit_kinds=chance.choice(((), (), ("e",), ("e", "f"))),
        exclusions=tuple(exclusions),
    )


def drawn_life(chance: random.Random, prefix: str) -> list[Event]:
    instants = [START + timedelta(hours=12 * chance.randint(0, 10)) for _ in range(chance.choice((0, 1, 3, 6, 12, 20)))]
    for place in range(1, len(instants)):
        if chance.random() < 0.3:  # at the very instant of another
            instants[place] = instants[place - 1]
    return [
        Event(
            occurred_at=instant,
            kind=chance.choice((*KINDS, *KINDS, *KINDS, "e", "f")),
            event_id=f"{prefix}-{chance.random()}",
            amount=chance.choice((None, 0, 1, 2)),
            detail=chance.choice((None, "x", "y", "z")),
            channel=chance.choice((None, "red", "red", "blue")),
            function=chance.choice((None, "sales", "service")),
        )
        for instant in instants
    ]


def drawn_case(chance: random.Random) -> tuple[dict[str, Funnel], dict[str, list[Event]], datetime]:
    funnels = {f"f{number:02}": drawn_funnel(chance) for number in range(FUNNELS)}
    lives = {f"E{number:02}": drawn_life(chance, f"E{number:02}") for number in range(LIVES)}
    return funnels, lives, START + timedelta(hours=12 * chance.randint(0, 16))


def told_by_walk(
    funnels: dict[str, Funnel], lives: dict[str, list[Event]], as_of: datetime
) -> dict[tuple[str, str], list[tuple]]:
    told = {}
    for name, funnel in funnels.items():
        for entity, events in lives.items():
            happened = [event for event in events if event.occurred_at <= as_of]
            attempts = [
                (value, *attempt)
                for value, kept in funnel_walk.attempts_of(funnel, happened, as_of).items()
                for attempt in kept
            ]
            if attempts:
                told[name, entity] = sorted(attempts, key=_place)
    return told


def _place(attempt: tuple) -> tuple:
    """Sort what two held values tell of one instant."""
    return attempt[1][0], attempt[0], str(attempt)


def told_by_sql(
    bench: ModelBench, funnels: dict[str, Funnel], lives: dict[str, list[Event]], as_of: datetime
) -> dict[tuple[str, str], list[tuple]]:
    told = attempts_told(bench, funnel_tables(funnels, lives, as_of))
    return {key: sorted(attempts, key=_place) for key, attempts in told.items()}


@MANY
@given(seed=seeds)
def test_attempts_are_those_of_the_walk(bench: ModelBench, seed: int) -> None:
    case = drawn_case(random.Random(seed))
    found, expected = told_by_sql(bench, *case), told_by_walk(*case)
    for key in sorted(found.keys() | expected.keys()):
        assert found.get(key) == expected.get(key), (key, case[0][key[0]], case[1][key[1]], case[2])


SQL_FAULTS = [
    ("int_funnel_steps_walked", "2 * next_number + 1", "2 * next_number - 1"),
    ("int_funnel_steps_walked", "found.next_at <= found.window_ends_at", "found.next_at < found.window_ends_at"),
    ("int_funnel_steps_walked", "found.next_at <= \n", "found.next_at < \n"),
    ("int_funnel_attempts_chosen", "ended.last_number asc", "ended.last_number desc"),
    ("int_funnel_attempts_chosen", "ended.start_number desc", "ended.start_number"),
    ("int_funnel_attempts_chosen", "span.started_at > last.ended_at", "span.started_at >= last.ended_at"),
    ("int_funnel_attempts_ended", "ending_number - 1", "ending_number"),
    ("fct_funnel_attempts", "ended_at > clocks.as_of", "ended_at >= clocks.as_of"),
    ("int_funnel_exclusions_found", "2 * after_number + 1", "2 * after_number - 1"),
    ("int_funnel_exclusions_found", "next_number < until_number", "next_number <= until_number"),
    ("int_funnel_events_heard", "events.marks & -events.marks", "events.event_id"),
    ("int_funnel_walks_compiled", "not is_skippable then step_number", "true then step_number"),
    ("int_funnel_walks_compiled", "max(step_window_seconds)", "min(step_window_seconds)"),
    ("int_funnel_walks_compiled", "count(step_window_seconds)", "count(*)"),
    ("int_funnel_steps_walked", "heard.marks & 16777216 > 0 then 9", "false then 9"),
    ("int_funnel_attempts_ended", "excluding_number <= last_counted_number", "excluding_number < last_counted_number"),
]


@pytest.mark.parametrize(("model", "sound", "faulty"), SQL_FAULTS)
def test_a_fault_in_the_sql_is_caught(bench: ModelBench, model: str, sound: str, faulty: str) -> None:
    altered = bench.altered(model, sound, faulty)

    def is_told_apart(seed: int) -> bool:
        case = drawn_case(random.Random(seed))
        return told_by_sql(altered, *case) != told_by_walk(*case)

    find(seeds, is_told_apart, settings=settings(MANY, phases=[Phase.generate]))


DAY = timedelta(days=1)
A, B, C = Step(("a",)), Step(("b",)), Step(("c",))
BY_HAND = {
    "a step after an exit no longer counts": (
        Funnel((A, B), exit_kinds=("e",)),
        "a e b",
        [("lost", 1)],
    ),
    "after an exit the next start begins anew": (
        Funnel((A, B), attempts_kept="every", exit_kinds=("e",)),
        "a e a b",
        [("lost", 1), ("converted", 3)],
    ),
    "an exit between steps of any order": (
        Funnel((A, B, C), step_order="any", exit_kinds=("e",)),
        "b a e c",
        [("lost", 2)],
    ),
    "an exit after the last step ends nothing": (
        Funnel((A, B), exit_kinds=("e",)),
        "a b e",
        [("converted", 1)],
    ),
    "an exit that also interrupts is a loss": (
        Funnel((A, B), interrupted_by=frozenset({"others"}), exit_kinds=("e",)),
        "a e b",
        [("lost", 1)],
    ),
    "an exclusion that also interrupts voids": (
        Funnel((A, B), interrupted_by=frozenset({"others"}), exclusions=(Exclusion(("f",), 1, 2),)),
        "a f b",
        [("excluded", 1)],
    ),
    "time runs out although steps may be left out": (
        Funnel((A, Step(("b",), window=DAY), Step(("c",), window=2 * DAY)), mode="imputed"),
        "a",
        [("expired", 2)],
    ),
    "a step without a window is waited for": (
        Funnel((A, Step(("b",), window=DAY), C), mode="imputed"),
        "a",
        [("open", None)],
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_an_attempt_by_hand(bench: ModelBench, case: str) -> None:
    """One event a day; told is how each attempt ended, and on which day."""
    funnel, kinds, expected = BY_HAND[case]
    life = [Event(START + DAY * day, kind, str(day)) for day, kind in enumerate(kinds.split())]
    told = told_by_sql(bench, {"way": funnel}, {"anna": life}, START + 9 * DAY)["way", "anna"]
    assert [(status, ended_at and (ended_at - START).days) for _, _, status, _, ended_at in told] == expected
