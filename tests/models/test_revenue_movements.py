"""What customers are worth a month moves as the plain Python version says, and as written by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from activity import START, build_clock
from bench import ModelBench
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from reference.revenue_movements import (
    Account,
    Comparison,
    Month,
    Order,
    Subscription,
    compared,
    later,
    month_of,
    months_of,
    order_steps,
    subscription_steps,
)

pytestmark = pytest.mark.xdist_group("bench")

MANY = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RATES = {"EUR": Decimal(1), "USD": Decimal("0.9")}
WINDOW = 3
COLUMNS = ("new", "reactivation", "upsell", "cross_sell", "contraction", "churned")
Company = tuple[list[Account], datetime]


def tables_of(company: Company) -> dict[str, tuple[str, list[tuple]]]:
    """Return the tables of a company whose accounts are customers `0`, `1`, …."""
    accounts, as_of = company
    subscriptions = [
        (f"{n}-{k}", n, one) for n, account in enumerate(accounts) for k, one in enumerate(account.subscriptions)
    ]
    orders = [
        (f"{n}-{k}", n, one)
        for n, account in enumerate(accounts)
        for k, one in enumerate(account.orders)
        if one.ordered_at <= as_of
    ]
    return {
        "stg_orders__subscriptions": (
            "subscription_id varchar, party_key varchar, plan varchar, currency varchar, mrr_amount decimal(18, 4), "
            "started_at timestamp, ended_at timestamp",
            [
                (key, f"buyer:{n}", one.plan, one.currency, one.amount, one.started_at, one.ended_at)
                for key, n, one in subscriptions
            ],
        ),
        "stg_orders__subscription_events": (
            "subscription_id varchar, change_type varchar, mrr_change_amount decimal(18, 4), occurred_at timestamp",
            [(key, "expansion", change, at) for key, _, one in subscriptions for at, change in one.changes],
        ),
        "int_identity_map": (
            "party_key varchar, customer_id varchar",
            [(f"buyer:{n}", str(n)) for n in range(len(accounts))],
        ),
        "int_reporting_rates_resolved": ("currency varchar, reporting_rate decimal(18, 9)", list(RATES.items())),
        "fct_orders": (
            "order_id varchar, customer_id varchar, currency varchar, order_amount decimal(18, 4), "
            "is_qualifying boolean, ordered_at timestamp",
            [(key, str(n), "EUR", one.amount, True, one.ordered_at) for key, n, one in orders],
        ),
        "fct_order_lines": (
            "order_id varchar, product_id varchar, line_amount decimal(18, 4)",
            [(key, product, amount) for key, _, one in orders for product, amount in one.lines],
        ),
        "stg_orders__refunds": (
            "order_id varchar, amount decimal(18, 4), refunded_at timestamp",
            [(key, amount, at) for key, _, one in orders for at, amount in one.refunds],
        ),
        "thresholds": ("threshold_id varchar, threshold_value double", [("revenue_window_months", WINDOW)]),
        "dim_customers": (
            "customer_id varchar, acquisition_channel varchar, is_b2b boolean",
            [(str(n), None, None) for n in range(len(accounts))],
        ),
        "int_build_clocks_resolved": build_clock(as_of),
    }


def told_by_sql(bench: ModelBench, company: Company) -> tuple[dict[tuple, Month], dict[tuple, Comparison]]:
    """Return the months of each customer, and the comparisons of all together, as the reference tells them."""
    built = bench.run_all(["rpt_revenue_movements", "rpt_revenue_retention"], tables_of(company))
    months = {
        (row["revenue_model"], row["customer_id"], row["month_start_date"]): Month(
            row["opening_amount"], *(row[f"{name}_amount"] for name in COLUMNS), row["closing_amount"]
        )
        for row in built["rpt_revenue_movements"]
    }
    comparisons = {
        (row["revenue_model"], row["horizon_months"], row["month_start_date"]): Comparison(
            row["opening_amount"],
            row["kept_amount"],
            row["grown_amount"],
            row["returned_amount"],
            row["new_customers_amount"],
            row["opening_customers_count"],
            row["lost_customers_count"],
        )
        for row in built["rpt_revenue_retention"]
        if row["breakdown"] == "all"
    }
    return months, comparisons


def told_plainly(company: Company) -> tuple[dict[tuple, Month], dict[tuple, Comparison]]:
    """Return the same, by the reference."""
    accounts, as_of = company
    models = {
        "subscriptions": [months_of(subscription_steps(account, RATES, as_of), as_of) for account in accounts],
        "orders": [months_of(order_steps(account, WINDOW, as_of), as_of) for account in accounts],
    }
    months = {
        (model, str(n), month): told
        for model, customers in models.items()
        for n, customer in enumerate(customers)
        for month, told in customer.items()
    }
    comparisons = {
        (model, horizon, month): compared(customers, month, horizon)
        for model, customers in models.items()
        for horizon in (1, 12)
        for start in {start for customer in customers for start in customer}
        for month in (start, later(start, horizon))
        if month <= month_of(as_of)
    }
    return months, comparisons


# Few instants, so that one plan often ends as another one begins.
instants = st.integers(0, 60).map(lambda steps: START + steps * timedelta(days=7, hours=12))
amounts = st.integers(1, 9_999).map(lambda cents: Decimal(cents) / 100)
subscriptions = st.builds(
    Subscription,
    plan=st.sampled_from(("club", "plus")),
    amount=amounts,
    started_at=instants,
    ended_at=st.none() | instants,
    changes=st.lists(
        st.tuples(instants, st.integers(-2_000, 2_000).map(lambda cents: Decimal(cents) / 100)),
        max_size=2,
        unique_by=lambda change: change[0],
    ).map(tuple),
    currency=st.sampled_from(("EUR", "USD")),
)
orders = st.builds(
    Order,
    ordered_at=instants,
    lines=st.lists(st.tuples(st.sampled_from(("book", "lamp")), amounts), min_size=1, max_size=2).map(tuple),
    refunds=st.lists(st.tuples(instants, amounts), max_size=1).map(tuple),
)
companies = st.tuples(
    st.lists(
        st.builds(Account, subscriptions=st.lists(subscriptions, max_size=3), orders=st.lists(orders, max_size=4)),
        min_size=1,
        max_size=4,
    ),
    instants,
)


@MANY
@given(company=companies)
def test_movements_are_those_of_the_plain_version(bench: ModelBench, company: Company) -> None:
    months, comparisons = told_by_sql(bench, company)
    expected_months, expected_comparisons = told_plainly(company)
    assert months == expected_months
    assert comparisons == expected_comparisons


FAULTS = [
    ("int_revenue_steps_classified", "when amount_before <= 0 and has_paid_before", "when false"),
    ("int_revenue_steps_classified", "when amount_after <= 0 then 'churn'", "when false then 'churn'"),
    ("int_subscription_steps_summed", "when ended_amount = 0 then", "when true then"),
    ("int_subscriptions_attributed", "subscriptions.ended_at > subscriptions.started_at", "true"),
    ("int_subscription_changes_found", "amount_before < 0", "false"),
    ("int_revenue_months_compared", "least(opening_amount, closing_amount)", "closing_amount"),
    ("rpt_revenue_movements", "when closing_amount > 0", "when true"),
]


@pytest.mark.parametrize(("model", "sound", "faulty"), FAULTS)
def test_a_fault_in_the_sql_is_caught(bench: ModelBench, model: str, sound: str, faulty: str) -> None:
    altered = bench.altered(model, sound, faulty)
    assert find(
        companies,
        lambda company: told_by_sql(altered, company) != told_plainly(company),
        settings=settings(MANY, max_examples=1000, phases=[Phase.generate]),
    )


def at(text: str) -> datetime:
    """Return an instant of 2024, such as `01-31 12`: month, day and hour."""
    return datetime.strptime(f"2024-{text}", "%Y-%m-%d %H")


def told(**amounts: Any) -> dict[str, Decimal]:
    return {name: Decimal(str(amount)) for name, amount in amounts.items()}


def plan(start: str, end: str | None, amount: Any = 39, name: str = "club", **given: Any) -> Subscription:
    return Subscription(name, Decimal(str(amount)), at(start), end and at(end), **given)


AS_OF = at("04-30 12")
# Each life with the months in which something moves: what moved, and the closing.
BY_HAND: dict[str, tuple[list[Subscription], dict[int, dict[str, Decimal]]]] = {
    "new, and open-ended": ([plan("02-10 12", None)], {2: told(new=39, closing=39)}),
    "churn in the middle of a month": (
        [plan("01-10 12", "03-15 12")],
        {1: told(new=39, closing=39), 3: told(churned=39, closing=0)},
    ),
    "begun and ended within one month": ([plan("02-03 12", "02-22 12")], {2: told(new=39, churned=39, closing=0)}),
    "ended as the month ends": (
        [plan("01-01 00", "02-01 00")],
        {1: told(new=39, closing=39), 2: told(churned=39, closing=0)},
    ),
    "renewed in time": (
        [plan("01-10 12", "02-10 12"), plan("02-10 12", None)],
        {1: told(new=39, closing=39), 2: told(closing=39)},
    ),
    "a gap is a churn and a reactivation": (
        [plan("01-10 12", "02-10 12"), plan("02-12 12", None)],
        {1: told(new=39, closing=39), 2: told(churned=39, reactivation=39, closing=39)},
    ),
    "a dearer plan on the day of renewal is an upsell": (
        [plan("01-10 12", "02-10 12"), plan("02-10 12", None, 69, "plus")],
        {1: told(new=39, closing=39), 2: told(upsell=30, closing=69)},
    ),
    "a cheaper plan on the day of renewal is a contraction": (
        [plan("01-10 12", "02-10 12", 69, "plus"), plan("02-10 12", None)],
        {1: told(new=69, closing=69), 2: told(contraction=30, closing=39)},
    ),
    "a second plan beside the first is a cross-sell": (
        [plan("01-10 12", None), plan("03-01 00", None, 69, "plus")],
        {1: told(new=39, closing=39), 3: told(cross_sell=69, closing=108)},
    ),
    "a second one of the same plan is an upsell": (
        [plan("01-10 12", None), plan("03-01 00", None)],
        {1: told(new=39, closing=39), 3: told(upsell=39, closing=78)},
    ),
    "one of two concurrent plans ends": (
        [plan("01-10 12", None), plan("01-10 12", "03-31 23", 69, "plus")],
        {1: told(new=108, closing=108), 3: told(contraction=69, closing=39)},
    ),
    "paused by its own changes": (
        [plan("01-10 12", None, changes=((at("02-01 12"), Decimal(-39)), (at("03-01 12"), Decimal(39))))],
        {1: told(new=39, closing=39), 2: told(churned=39, closing=0), 3: told(reactivation=39, closing=39)},
    ),
    "re-priced within its life": (
        [plan("01-10 12", None, 45, changes=((at("03-01 12"), Decimal(6)),))],
        {1: told(new=39, closing=39), 3: told(upsell=6, closing=45)},
    ),
    "changes that contradict the amount are not believed": (
        [plan("01-10 12", None, 45, changes=((at("03-01 12"), Decimal(60)),))],
        {1: told(new=45, closing=45)},
    ),
    "an annual price a month beside a monthly one": (
        [plan("01-10 12", "01-10 13", "32.5", "year"), plan("02-10 12", None)],
        {1: told(new="32.5", churned="32.5", closing=0), 2: told(reactivation=39, closing=39)},
    ),
    "two currencies at fixed rates": (
        [plan("01-10 12", None, 10, currency="USD"), plan("02-10 12", None, 10, "plus")],
        {1: told(new=9, closing=9), 2: told(cross_sell=10, closing=19)},
    ),
    "it ends before it begins": ([plan("02-10 12", "02-10 12"), plan("03-10 12", "03-01 12")], {}),
    "not yet begun": ([plan("04-30 13", None)], {}),
    "its end is not reached yet": ([plan("04-10 12", "04-30 13")], {4: told(new=39, closing=39)}),
}


@pytest.mark.parametrize(("life", "expected"), BY_HAND.values(), ids=BY_HAND)
def test_a_subscription_moves_as_written_by_hand(
    bench: ModelBench, life: list[Subscription], expected: dict[int, dict[str, Decimal]]
) -> None:
    months, _ = told_by_sql(bench, ([Account(subscriptions=life)], AS_OF))
    moved = {
        month.month: {name: amount for name, amount in found._asdict().items() if amount and name != "opening"}
        | {"closing": found.closing}
        for (_, _, month), found in months.items()
        if any(found[1:-1]) or month.month in expected
    }
    assert moved == expected


def bought(when: str, amount: int, product: str = "book", **given: Any) -> Order:
    return Order(at(when), ((product, Decimal(amount)),), **given)


ORDERS_BY_HAND: dict[str, tuple[list[Order], dict[int, dict[str, Decimal]]]] = {
    "one order is worth a third of it for three months": (
        [bought("01-31 23", 30)],
        {1: told(new=10, closing=10), 4: told(churned=10, closing=0)},
    ),
    "more of the same is an upsell": (
        [bought("01-10 12", 30), bought("02-10 12", 60)],
        {1: told(new=10, closing=10), 2: told(upsell=20, closing=30), 4: told(contraction=10, closing=20)},
    ),
    "what was never bought before is a cross-sell": (
        [bought("01-10 12", 30), bought("02-10 12", 60, "lamp")],
        {1: told(new=10, closing=10), 2: told(cross_sell=20, closing=30), 4: told(contraction=10, closing=20)},
    ),
    "a refund takes back in its own month": (
        [bought("02-10 12", 30, refunds=((at("03-10 12"), Decimal(15)),))],
        {2: told(new=10, closing=10), 3: told(contraction=5, closing=5)},
    ),
    "a late refund leaves no debt": (
        [bought("01-10 12", 30, refunds=((at("04-10 12"), Decimal(15)),))],
        {1: told(new=10, closing=10), 4: told(churned=10, closing=0)},
    ),
}


@pytest.mark.parametrize(("life", "expected"), ORDERS_BY_HAND.values(), ids=ORDERS_BY_HAND)
def test_orders_move_as_written_by_hand(
    bench: ModelBench, life: list[Order], expected: dict[int, dict[str, Decimal]]
) -> None:
    months, _ = told_by_sql(bench, ([Account(orders=life)], AS_OF))
    moved = {
        month.month: {name: amount for name, amount in found._asdict().items() if amount and name != "opening"}
        | {"closing": found.closing}
        for (_, _, month), found in months.items()
        if any(found[1:-1])
    }
    assert moved == expected


def test_a_year_compares_its_two_ends(bench: ModelBench) -> None:
    """One customer shrinks, one grows, one leaves, one comes back, one is new: GRR 50 / 110, NRR 90 / 110."""
    year = datetime(2024, 1, 10), datetime(2024, 3, 10)
    company = (
        [
            Account([Subscription("a", Decimal(20), year[0], changes=((year[1], Decimal(-20)),))]),
            Account([Subscription("a", Decimal(70), year[0], changes=((year[1], Decimal(40)),))]),
            Account([Subscription("a", Decimal(40), year[0], year[1])]),
            Account(
                [
                    Subscription("a", Decimal(5), datetime(2023, 1, 10), datetime(2023, 2, 10)),
                    Subscription("a", Decimal(6), year[1]),
                ]
            ),
            Account([Subscription("a", Decimal(7), year[1])]),
        ],
        datetime(2025, 2, 1),
    )
    rows = bench.run("rpt_revenue_retention", tables_of(company))
    [row] = [
        row
        for row in rows
        if (row["breakdown"], row["horizon_months"], row["month_start_date"]) == ("all", 12, date(2025, 1, 1))
    ]
    assert (row["opening_amount"], row["kept_amount"], row["grown_amount"]) == (110, 50, 90)
    assert (row["returned_amount"], row["new_customers_amount"], row["closing_amount"]) == (6, 7, 103)
    assert row["gross_revenue_retention_rate"] == pytest.approx(50 / 110)
    assert row["net_revenue_retention_rate"] == pytest.approx(90 / 110)
    assert row["net_revenue_retention_with_returned_rate"] == pytest.approx(96 / 110)
    assert row["quick_ratio"] == pytest.approx((7 + 40) / (20 + 40))
    assert row["quick_ratio_with_reactivation"] == pytest.approx((7 + 6 + 40) / (20 + 40))
    assert row["new_customers_share"] == pytest.approx(7 / 103)
    assert (row["lost_customers_count"], row["opening_customers_count"]) == (1, 3)
