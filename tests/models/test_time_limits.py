"""Stages and windows at their limits are those that the page on time tells."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from activity import EVENT_COLUMNS, build_clock, event_row
from funnels import attempts_told, funnel_tables
from reference.funnel_walk import Event, Funnel, Step
from reference.revenue_movements import Account, Subscription
from test_lives import dictionary_tables
from test_revenue_movements import tables_of as revenue_tables
from time_page import TimeCase, time_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench import ModelBench

pytestmark = pytest.mark.xdist_group("bench")

STAGES = time_cases()["Stages"]
WINDOWS = time_cases()["Windows and limits"]
AS_OF = datetime(2025, 1, 1)
instant = datetime.fromisoformat


@pytest.fixture(scope="module")
def lives(bench: ModelBench) -> dict[str, str]:
    """Return what becomes of each case's entity, by its example; those of one `as_of` are told at once."""
    by_as_of = defaultdict(list)
    for case in STAGES:
        by_as_of[case.example.rpartition(" as of ")[2]].append(case)
    return {
        cases[number].example: told
        for as_of, cases in by_as_of.items()
        for number, told in _moves(bench, cases, instant(as_of)).items()
    }


def _moves(bench: ModelBench, cases: list[TimeCase], as_of: datetime) -> dict[int, str]:
    given = dictionary_tables() | {
        "int_events_unioned": (f"party_key varchar, {EVENT_COLUMNS}", _event_rows(cases)),
        "int_identity_map": ("party_key varchar, customer_id varchar", [(str(n), str(n)) for n in range(len(cases))]),
        "int_build_clocks_resolved": build_clock(as_of),
    }
    moves = sorted(bench.run("fct_stage_transitions", given), key=lambda row: row["move_number"])
    told = defaultdict(list)
    for move in moves:
        told[int(move["entity_id"])].append(f"{move['to_stage']} {_shown(move['occurred_at'])}")
    return {number: ", ".join(parts) for number, parts in told.items()}


def _event_rows(cases: list[TimeCase]) -> list[tuple]:
    return [
        (
            str(number),
            *event_row(
                event_id=f"{number}-{place}",
                event_type=event_type,
                entity_type="deal" if value else "customer",
                entity_id=str(number),
                stated_value=value or None,
                occurred_at=instant(at),
            ),
        )
        for number, case in enumerate(cases)
        for place, event in enumerate(case.example.partition(" as of ")[0].split(", "))
        for event_type, value, at in re.findall(r"^(\w+)=?(\w*) (.*)$", event)
    ]


def _shown(at: datetime) -> str:
    return at.isoformat(" ")


@pytest.mark.parametrize("case", STAGES, ids=str)
def test_stages_are_those_of_the_page(lives: dict[str, str], case: TimeCase) -> None:
    assert lives[case.example] == case.told


def _funnels(bench: ModelBench, found: list[tuple[str, ...]]) -> list[str]:
    steps = (Step(("a",)), Step(("b",)))
    funnels = {f"{days}": Funnel(steps, window=timedelta(days=int(days))) for days, _, _ in found}
    lives = {
        str(number): [Event(instant(start), "a", f"{number}-a"), Event(instant(step), "b", f"{number}-b")]
        for number, (_, start, step) in enumerate(found)
    }
    told = attempts_told(bench, funnel_tables(funnels, lives, AS_OF))
    return [told[days, str(number)][0][2] for number, (days, _, _) in enumerate(found)]


def _touches(bench: ModelBench, found: list[tuple[str, ...]]) -> list[str]:
    ids = "conversion_id varchar, customer_id varchar, event_id varchar"
    given = {
        "int_attribution_conversions_found": (
            f"{ids}, window_days integer, converted_at timestamp, previous_converted_at timestamp",
            [("sale", str(number), "sale", 30, instant(sold), None) for number, (_, sold) in enumerate(found)],
        ),
        "int_attribution_touches_found": (
            f"{ids}, channel varchar, campaign_id varchar, touched_at timestamp",
            [("sale", str(number), "touch", None, None, instant(at)) for number, (at, _) in enumerate(found)],
        ),
    }
    credited = {row["customer_id"] for row in bench.run("int_attribution_touches_paired", given)}
    return ["credited" if str(number) in credited else "not credited" for number in range(len(found))]


def _caps(bench: ModelBench, found: list[tuple[str, ...]]) -> list[str]:
    customers = [(str(number), None) for number in range(len(found))]
    rows = [
        (str(n), None, None, instant(at), instant(seen), int(days), f"cap {n}")
        for n, (days, at, seen) in enumerate(found)
    ]
    given = {
        "int_contacts_measured": (
            "customer_id varchar, channel varchar, function_code varchar, occurred_at timestamp, as_of timestamp",
            [(n, "email", "marketing", at, seen) for n, _, _, at, seen, _, _ in rows],
        ),
        "dim_customers": ("customer_id varchar, lifecycle_stage varchar", customers),
        "contact_caps": (
            "cap_id varchar, stage varchar, channel varchar, function_code varchar, window_days integer, "
            "max_contacts integer",
            [(f"cap {days}", None, None, None, days, 0) for days in {row[5] for row in rows}],
        ),
    }
    exceeded = {(row["customer_id"], row["window_days"]) for row in bench.run("int_contact_caps_exceeded", given)}
    return ["counts" if (n, days) in exceeded else "does not count" for n, _, _, _, _, days, _ in rows]


def _renewals(bench: ModelBench, found: list[tuple[str, ...]]) -> list[str]:
    contracts = [
        row
        for number, (until, begins) in enumerate(found)
        for row in (
            (f"{number} due", str(number), date(2023, 3, 1), date.fromisoformat(until)),
            (f"{number} next", str(number), date.fromisoformat(begins), date(2026, 1, 1)),
        )
    ]
    given = {name: dictionary_tables()[name] for name in ("thresholds",)} | {
        "int_contracts_valued": (
            "contract_id varchar, customer_id varchar, started_date date, ended_date date, "
            "is_renewed_automatically boolean, days_count integer, contract_amount decimal(18, 4)",
            [(*contract, False, 100, 1) for contract in contracts],
        ),
        "fct_customer_events": (EVENT_COLUMNS, []),
        "stg_crm__activities": ("activity_id varchar, play_code varchar", []),
        "int_build_clocks_resolved": build_clock(AS_OF),
    }
    status = {row["contract_id"]: row["renewal_status"] for row in bench.run("rpt_renewals", given)}
    return [status[f"{number} due"] for number in range(len(found))]


def _subscriptions(bench: ModelBench, found: list[tuple[str, ...]]) -> list[str]:
    accounts = [
        Account(subscriptions=[Subscription(plan="p", currency="EUR", amount=1, started_at=since, ended_at=until)])
        for since, until in ((instant(since), instant(until)) for since, until in found)
    ]
    months = defaultdict(list)
    for row in bench.run("rpt_revenue_movements", revenue_tables((accounts, AS_OF))):
        if row["closing_amount"]:
            months[row["customer_id"]].append(f"{row['month_start_date']:%Y-%m}")
    return [", ".join(sorted(months[str(number)])) or "none" for number in range(len(found))]


WAYS: dict[str, Callable[[Any, list[tuple[str, ...]]], list[str]]] = {
    r"funnel of (\d+) days: T, T": _funnels,
    "touch T, conversion T": _touches,
    r"cap of (\d+) days: T, seen T": _caps,
    "contract until T, next from T": _renewals,
    "subscription from T until T": _subscriptions,
}


@pytest.fixture(scope="module")
def judged(bench: ModelBench) -> dict[str, str]:
    """Return what the models say of each case, by its example; those written alike are judged at once."""
    told = {}
    for pattern, way in WAYS.items():
        found = {case.example: match.groups() for case in WINDOWS if (match := case.match(pattern))}
        told |= dict(zip(found, way(bench, list(found.values())), strict=True))
    return told


@pytest.mark.parametrize("case", WINDOWS, ids=str)
def test_windows_are_those_of_the_page(judged: dict[str, str], case: TimeCase) -> None:
    assert judged[case.example] == case.told
