"""The SQL agrees with the plain Python versions on random histories."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.cohort_triangle import triangle
from reference.funnel_walk import first_attempt
from reference.stage_machine import Event, Move, Rule, heard_by, moves_of

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.xdist_group("bench")

START = datetime(2024, 1, 1)
STAGES = ("one", "two", "three", "four", "five")
KINDS = ("a", "b", "c", "d")
EVENT_COLUMNS = (
    "event_id varchar, entity_id varchar, customer_id varchar, source_record_id varchar, campaign_id varchar, "
    "entity_type varchar, event_type varchar, source_system varchar, source_table varchar, channel varchar, "
    "function_code varchar, direction varchar, stated_value varchar, amount decimal(18, 4), occurred_at timestamp, "
    "loaded_at timestamp"
)
EVENT_TYPES = ("event_type varchar", [(kind,) for kind in ("a", "b", "c", "d")])
MANY = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

instants = st.integers(0, 24).map(lambda step: START + timedelta(hours=12 * step))
histories = st.lists(st.tuples(instants, st.sampled_from(KINDS)), max_size=14)
companies = st.lists(histories, min_size=1, max_size=8)
clocks = st.integers(0, 30).map(lambda step: START + timedelta(hours=12 * step))


def event_rows(company: list[list[tuple[datetime, str]]], as_of: datetime) -> list[tuple]:
    """Return the activity stream of plain histories."""
    return stream([[Event(*event, f"{place:02}") for place, event in enumerate(history)] for history in company], as_of)


def stream(company: list[list[Event]], as_of: datetime) -> list[tuple]:
    """Return the activity stream up to as_of; each entity is a customer."""
    rows = []
    for number, history in enumerate(company):
        for event in history:
            if event.occurred_at <= as_of:
                key = f"{number}-{event.record_id}"
                texts = (key, f"E{number}", f"E{number}", key, None, "customer", event.kind, "s", "t", None, None, None)
                rows.append((*texts, event.stated_value, event.amount, event.occurred_at, START))
    return rows


def build_clock(as_of: datetime) -> tuple[str, list[tuple]]:
    return "as_of timestamp, known_at timestamp", [(as_of, as_of)]


events = st.tuples(
    instants,
    st.sampled_from(KINDS),
    st.one_of(st.none(), st.integers(0, 4).map(Decimal)),
    st.sampled_from((None, "x", "y")),
)


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """A history whose same instants, sums and statements are told apart by their records alone."""
    drawn = draw(st.lists(events, max_size=14))
    return [Event(at, kind, f"{place:02}", amount, value) for place, (at, kind, amount, value) in enumerate(drawn)]


def trigger_columns(draw: st.DrawFn, trigger: str) -> dict[str, object]:
    """Return what a rule with this trigger says, its optional parts now and then."""
    now_and_then = st.one_of(st.none(), st.none(), st.integers(0, 3))
    columns: dict[str, object] = {"min_amount": draw(now_and_then), "max_amount": draw(now_and_then)}
    if trigger == "event":
        columns |= {"event_number": draw(st.one_of(st.none(), st.integers(1, 4)))}
    elif trigger == "source":
        columns |= {"stated_values": tuple(draw(st.lists(st.sampled_from("xy"), min_size=1, unique=True)))}
    elif trigger == "inactivity":
        columns |= {"silent_days": draw(st.integers(1, 4))}
        columns |= {"gap_multiple": draw(st.sampled_from((None, 0.5, 1.5, 3.0)))}
        columns |= {"min_silent_days": draw(now_and_then), "max_silent_days": draw(st.one_of(st.none(), st.just(4)))}
    else:
        columns |= {"window_days": draw(st.integers(1, 4))}
        if trigger == "signal":
            columns |= {"min_count": draw(st.integers(1, 3))}
        else:
            columns |= {"decline_ratio": draw(st.sampled_from((0.0, 0.25, 0.5, 1.0)))}
            columns |= {"decline_measure": draw(st.sampled_from(("count", "amount")))}
    return columns


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for number in range(draw(st.integers(1, 7))):
        trigger = draw(st.sampled_from(("event", "event", "inactivity", "decline", "signal", "source")))
        origins = draw(st.lists(st.sampled_from(("outside", *STAGES)), min_size=1, max_size=4, unique=True))
        rules.append(
            Rule(
                rule_id=f"r{number}",
                to_stage=draw(st.sampled_from(STAGES)),
                from_stages=("*",) if draw(st.integers(0, 9)) == 0 else tuple(origins),
                trigger=trigger,
                priority=draw(st.integers(1, 4)),
                event_types=tuple(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True))),
                **trigger_columns(draw, trigger),
            )
        )
    return rules


RULE_NUMBERS = {
    "silent_days": "integer",
    "gap_multiple": "double",
    "min_silent_days": "integer",
    "max_silent_days": "integer",
    "window_days": "integer",
    "min_count": "integer",
    "event_number": "integer",
    "decline_measure": "varchar",
    "decline_ratio": "double",
    "min_amount": "double",
    "max_amount": "double",
}


def dictionary(rules: list[Rule]) -> dict[str, tuple[str, list[tuple]]]:
    return {
        "lifecycles": ("lifecycle_id varchar, entity_type varchar", [("life", "customer")]),
        "lifecycle_stages": (
            "lifecycle_id varchar, stage varchar, stage_number integer, stage_order integer, kind varchar, "
            "generic_stage varchar",
            [("life", stage, number, number * 10, "progress", None) for number, stage in enumerate(STAGES, start=1)],
        ),
        "event_types": EVENT_TYPES,
        "thresholds": ("threshold_id varchar, threshold_value double", []),
        "stage_rules": (
            "lifecycle_id varchar, rule_id varchar, rule_version integer, to_stage varchar, from_stages varchar, "
            "rule_trigger varchar, priority integer, event_types varchar, stated_values varchar, "
            + ", ".join(f"{name} {kind}" for name, kind in RULE_NUMBERS.items()),
            [
                (
                    *("life", rule.rule_id, 1, rule.to_stage, "|".join(rule.from_stages), rule.trigger),
                    *(rule.priority, "|".join(rule.event_types), "|".join(rule.stated_values) or None),
                    *(getattr(rule, name) for name in RULE_NUMBERS),
                )
                for rule in rules
            ],
        ),
    }


def rows_in_sql(
    bench: ModelBench, target: str, rules: list[Rule], company: list[list[Event]], as_of: datetime
) -> list[dict[str, Any]]:
    given_tables = dictionary(rules) | {
        "fct_customer_events": (EVENT_COLUMNS, stream(company, as_of)),
        "int_build_clocks_resolved": build_clock(as_of),
    }
    return bench.run(target, given_tables)


def moves_in_sql(
    bench: ModelBench, rules: list[Rule], company: list[list[Event]], as_of: datetime
) -> dict[str, list[Move]]:
    rows = rows_in_sql(bench, "fct_stage_transitions", rules, company, as_of)
    found: dict[str, list[Move]] = {}
    for row in sorted(rows, key=lambda row: (row["entity_id"], row["move_number"])):
        move = Move(row["occurred_at"], row["from_stage"], row["to_stage"], row["rule_id"])
        found.setdefault(row["entity_id"], []).append(move)
    return found


@MANY
@given(rules=rule_sets(), company=st.lists(lives(), min_size=1, max_size=8), as_of=clocks)
def test_stage_transitions_are_those_of_the_state_machine(
    bench: ModelBench, rules: list[Rule], company: list[list[Event]], as_of: datetime
) -> None:
    expected = {f"E{number}": moves_of(rules, history, as_of) for number, history in enumerate(company)}
    assert moves_in_sql(bench, rules, company, as_of) == {key: moves for key, moves in expected.items() if moves}


@settings(MANY, max_examples=15)
@given(rules=rule_sets(), seed=st.integers(0, 10_000))
def test_stage_transitions_of_long_lives_are_those_of_the_state_machine(
    bench: ModelBench, rules: list[Rule], seed: int
) -> None:
    """Lives of up to 400 events are folded in several blocks; seven customers, so that blocks of many meet."""
    chance = random.Random(seed)
    company = [
        [
            Event(START + timedelta(hours=12 * chance.randint(0, 1200)), chance.choice(KINDS), f"{place:03}")
            for place in range(chance.choice((3, 60, 70, 400)))
        ]
        for _ in range(7)
    ]
    as_of = START + timedelta(days=500)
    expected = {f"E{number}": moves_of(rules, history, as_of) for number, history in enumerate(company)}
    assert moves_in_sql(bench, rules, company, as_of) == {key: moves for key, moves in expected.items() if moves}


def evidence_of(move: dict[str, Any], rule: Rule, heard: list[Event]) -> set[str]:
    """Return the records on which a move rests."""
    until = move["occurred_at"]
    if rule.trigger == "source":
        return {move["evidence_record_id"].partition("-")[2]}
    if rule.trigger == "inactivity":
        until -= timedelta(seconds=round(move["evidence_value"] * 86400))
    since = until
    if rule.window_days:
        since -= timedelta(days=rule.window_days * (2 if rule.trigger == "decline" else 1))
        return {event.record_id for event in heard if since < event.occurred_at <= until}
    if rule.event_number:
        return {event.record_id for event in heard if event.occurred_at <= until}
    return {event.record_id for event in heard if event.occurred_at == until}


@settings(MANY, max_examples=15)
@given(rules=rule_sets(), company=st.lists(lives(), min_size=1, max_size=8), as_of=clocks)
def test_evidence_is_what_the_rule_heard(
    bench: ModelBench, rules: list[Rule], company: list[list[Event]], as_of: datetime
) -> None:
    found: dict[str, set[str]] = {}
    for row in rows_in_sql(bench, "fct_transition_evidence", rules, company, as_of):
        found.setdefault(row["transition_id"], set()).add(row["evidence_record_id"].partition("-")[2])
    rule_of = {rule.rule_id: rule for rule in rules}
    expected = {}
    for move in rows_in_sql(bench, "fct_stage_transitions", rules, company, as_of):
        rule = rule_of[move["rule_id"]]
        heard = heard_by(rule, company[int(move["entity_id"][1:])], as_of)
        expected[move["transition_id"]] = evidence_of(move, rule, heard)
    assert found == expected


@MANY
@given(
    steps=st.lists(st.sampled_from(KINDS), min_size=1, max_size=5),
    window=st.one_of(st.none(), st.integers(0, 8)),
    company=companies,
    as_of=clocks,
)
def test_funnel_attempts_are_those_of_the_walk(
    bench: ModelBench, steps: list[str], window: int | None, company: list[list[tuple[datetime, str]]], as_of: datetime
) -> None:
    rows = bench.run(
        "fct_funnel_attempts",
        {
            "funnels": (
                "funnel_id varchar, entity_type varchar, window_days integer, exit_event_types varchar",
                [("way", "customer", window, None)],
            ),
            "funnel_steps": (
                "funnel_id varchar, step_number integer, step varchar, event_type varchar",
                [("way", number, f"s{number}", kind) for number, kind in enumerate(steps, start=1)],
            ),
            "fct_customer_events": (EVENT_COLUMNS, event_rows(company, as_of)),
        },
    )
    found = {row["entity_id"]: _instants(row) for row in rows}
    expected = {
        f"E{number}": first_attempt(steps, window, [event for event in history if event[0] <= as_of])
        for number, history in enumerate(company)
    }
    assert found == {key: reached for key, reached in expected.items() if reached}


def _instants(row: dict[str, Any]) -> list[datetime]:
    return [row[f"step_{number}_at"] for number in range(1, 9) if row[f"step_{number}_at"] is not None]


long_instants = st.integers(0, 400).map(lambda days: START + timedelta(days=days))


@MANY
@given(
    company=st.lists(st.lists(long_instants, min_size=1, max_size=6), min_size=1, max_size=8),
    as_of=st.integers(0, 430).map(lambda days: START + timedelta(days=days)),
)
def test_retention_cohorts_are_those_of_the_triangle(
    bench: ModelBench, company: list[list[datetime]], as_of: datetime
) -> None:
    histories_of_a = [[(instant, "a") for instant in history] for history in company]
    events = event_rows(histories_of_a, as_of)
    rows = bench.run(
        "rpt_retention_cohorts",
        {
            "metrics": ("metric_id varchar, period_unit varchar, event_types varchar", [("kept", "month", "a|b")]),
            "fct_customer_events": (EVENT_COLUMNS, events),
            "int_events_unioned": (EVENT_COLUMNS, events),
            "int_build_clocks_resolved": build_clock(as_of),
        },
    )
    found = {
        (row["cohort_month_start_date"], row["months_since_start"]): (
            row["cohort_customers_count"],
            row["retained_customers_count"],
            row["retention_rate"],
        )
        for row in rows
    }
    activity = [(f"E{number}", instant) for number, history in enumerate(company) for instant in history]
    assert found == triangle(activity, as_of)
