"""The SQL agrees with the plain Python versions on random histories."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from activity import EVENT_COLUMNS, START, event_row
from bench import ModelBench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.attribution import shares, touches_of

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

instants = st.integers(0, 24).map(lambda step: START + timedelta(hours=12 * step))
histories = st.lists(st.tuples(instants, st.sampled_from(("a", "b", "c", "d"))), max_size=14)
companies = st.lists(histories, min_size=1, max_size=8)


def event_rows(
    company: list[list[tuple[datetime, str]]],
    as_of: datetime,
    **given: Any,
) -> list[tuple]:
    """Return the activity stream of plain histories up to as_of; each entity is a customer."""
    rows = []
    for number, history in enumerate(company):
        for place, (occurred_at, kind) in enumerate(history):
            if occurred_at <= as_of:
                key, entity = f"{number}-{place:02}", f"E{number}"
                rows.append(
                    event_row(
                        event_id=key,
                        entity_id=entity,
                        customer_id=entity,
                        event_type=kind,
                        occurred_at=occurred_at,
                        **given,
                    )
                )
    return rows


MODELS = ("first", "last", "linear", "time_decay", "position")
tenths = st.tuples(st.integers(0, 10), st.integers(0, 10)).filter(lambda pair: sum(pair) <= 10)


@MANY
@given(
    rule=st.tuples(st.integers(1, 12), st.sampled_from([0.5, 3.0, 7.0]), tenths),
    cents=st.integers(1, 99_999),
    company=companies,
)
def test_attribution_credits_are_those_of_the_plain_models(
    bench: ModelBench,
    rule: tuple[int, float, tuple[int, int]],
    cents: int,
    company: list[list[tuple[datetime, str]]],
) -> None:
    amount, (window, half_life, (first, last)) = Decimal(cents) / 100, rule
    settings_row = ("buy", "a", None, window, half_life, first / 10, last / 10)
    rows = bench.run("int_attribution_credits_split", attribution_tables(settings_row, company, amount))
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["touch_number"]):
        found.setdefault((row["event_id"], row["attribution_model"]), []).append(row)
    expected = {
        (f"{number}-{place:02}", model): [(f"{number}-{key}", days) for key, days in touches]
        for number, history in enumerate(company)
        for place, touches in journeys(history, window).items()
        for model in MODELS
    }
    assert found.keys() == expected.keys()
    for (conversion, model), touches in expected.items():
        credits_split = found[conversion, model]
        assert sum(row["credited_amount"] for row in credits_split) == amount
        assert sum(row["credited_share"] for row in credits_split) == 1
        assert [row["touch_event_id"] for row in credits_split] == ([key for key, _ in touches] or [None])
        days = [days_before for _, days_before in touches]
        wanted = shares(model, days, half_life, Fraction(first, 10), Fraction(last, 10)) if touches else [1.0]
        assert [float(row["credited_share"]) for row in credits_split] == pytest.approx(wanted, abs=1e-10)


def journeys(history: list[tuple[datetime, str]], window: int) -> dict[int, list[tuple[str, float]]]:
    """Return for the place of each conversion `a` its touches `b` and `c`: place and days before."""
    touches = [(instant, f"{place:02}") for place, (instant, kind) in enumerate(history) if kind in ("b", "c")]
    bought = [instant for instant, kind in history if kind == "a"]
    return {
        place: [
            (key, (instant - touched) / timedelta(days=1))
            for touched, key in touches_of(instant, bought, touches, window)
        ]
        for place, (instant, kind) in enumerate(history)
        if kind == "a"
    }


def attribution_tables(
    conversion: tuple, company: list[list[tuple[datetime, str]]], amount: Decimal
) -> dict[str, tuple[str, list[tuple]]]:
    """Return the tables of a company in which `a` is a conversion worth `amount`, `b` and `c` are touches."""
    events = event_rows(company, datetime.max, campaign_id="summer", channel="search", amount=amount)
    return {
        "attribution_conversions": (
            "conversion_id varchar, event_type varchar, event_number integer, window_days integer, "
            "half_life_days double, first_share double, last_share double",
            [conversion],
        ),
        "attribution_touches": (
            "conversion_id varchar, event_type varchar, named_by varchar, function_codes varchar",
            [("buy", "b", "channel", None), ("buy", "c", "campaign", None)],
        ),
        "fct_customer_events": (EVENT_COLUMNS, events),
        "int_order_contributions_summed": ("order_id varchar, contribution_amount decimal(18, 4)", []),
        "dim_campaigns": ("campaign_id varchar, channel varchar", []),
    }
