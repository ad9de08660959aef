"""What other rules would make of the list, held against a count in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from operator import eq, gt, lt
from pathlib import Path

import pytest
from company import AS_OF, MEASURES, RULES, Company, judged, lifecycle, plan
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.winback.plans import Release, WinbackError
from orchestration.winback.what_if import Rule, Totals, changed, compare, in_budget, marginal_effects, read_rules

Line = dict[str, object]
HOLDS: dict[str, Callable[[float, float], bool]] = {"<": lt, ">": gt, "=": eq}


def fails(line: Line, rule: Rule) -> bool:
    value = line.get(rule.measure)
    return value is not None and HOLDS[rule.operator](float(value), rule.limit_value)


def place(line: Line) -> tuple[float, bool, Decimal, str]:
    """Return where a customer stands on the list: by net value, then by past value, then by id."""
    value = line["value_before_churn"]
    return -line["expected_net_value"], value is None, -(value or Decimal(0)), line["customer_id"]


def recounted(lines: list[Line], rules: list[Rule]) -> tuple[int, Decimal, Decimal]:
    included = [line for line in lines if not any(fails(line, rule) for rule in rules)]
    return (
        len(included),
        sum((line["value_before_churn"] for line in included if line["value_before_churn"] is not None), Decimal(0)),
        sum(
            (Decimal(str(line["expected_net_value"])) for line in included if line["expected_net_value"] is not None),
            Decimal(0),
        ),
    )


def as_counted(totals: Totals) -> tuple[int, Decimal, Decimal]:
    return totals.customers_count, totals.value_before_churn or Decimal(0), totals.expected_net_value or Decimal(0)


def listed(lines: list[Line], rules: tuple[Rule, ...] = RULES) -> list[Line]:
    """Return the list as the mart has it: judged by the rules, the eligible in the order of their net value."""
    for line in lines:
        failed = [rule for rule in rules if fails(line, rule)]
        reasons = ",".join(rule.rule_id for rule in failed) or None
        line |= {"is_eligible": not failed, "exclusion_reasons": reasons, "priority_number": None}
    ranked = [line for line in lines if line["is_eligible"] and line["expected_net_value"] is not None]
    ranked.sort(key=place)
    for number, line in enumerate(ranked, start=1):
        line["priority_number"] = number
    return lines


def waterfall(lines: list[Line], rules: tuple[Rule, ...] = RULES) -> list[Line]:
    """Return the waterfall as the mart has it."""
    failed = [[rule.rule_id for rule in rules if fails(line, rule)] for line in lines]
    return [
        {
            **vars(rule),
            "plan_id": "winback_2026",
            "exclusion_class": "interest",
            "class_order": number,
            "failing_count": sum(rule.rule_id in names for names in failed),
            "primary_count": sum(names[:1] == [rule.rule_id] for names in failed),
            "marginal_count": sum(names == [rule.rule_id] for names in failed),
        }
        for number, rule in enumerate(rules, start=1)
    ]


def publish(company: Company, lines: list[Line]) -> None:
    company.publish(
        AS_OF,
        rpt_winback_eligibility=listed(lines),
        rpt_winback_waterfall=waterfall(lines),
        dim_winback_plans=[plan()],
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = Company(tmp_path_factory.mktemp("what_if") / "warehouse")
    publish(company, [])
    return company


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


MONEY = st.decimals(0, 300, places=4)
CENTS = st.integers(-20_000, 20_000).map(lambda cents: cents / 100)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "has_withdrawn_consent": maybe(st.booleans()),
            "open_tickets_count": maybe(st.integers(0, 3)),
            "days_since_last_order": maybe(st.integers(700, 760)),
            "refund_rate": maybe(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
            "expected_net_value": maybe(CENTS),
            "value_before_churn": maybe(MONEY),
            "expected_cost_amount": CENTS.map(abs),
        }
    ),
    max_size=25,
).map(lambda rows: [judged(f"c{number:02d}", None, **row) for number, row in enumerate(rows)])
NAMES = [rule.rule_id for rule in RULES]


@settings(deadline=None, max_examples=12)
@given(
    lines=LINES,
    without=st.sets(st.sampled_from(NAMES[:3])),
    limits=st.dictionaries(st.sampled_from(NAMES[3:]), st.sampled_from([-50.0, 0.0, 0.25, 0.5, 150.0])),
    budget=st.decimals(0, 1500, places=2),
)
def test_it_counts_what_python_counts(
    shared: Company, lines: list[Line], without: set[str], limits: dict[str, float], budget: Decimal
) -> None:
    shared.replace(rpt_winback_eligibility=listed(lines), rpt_winback_waterfall=waterfall(lines))
    told = compare(shared.home, without, limits, budget)
    then = changed(RULES, without, limits)
    assert as_counted(told.before) == recounted(lines, list(RULES))
    assert as_counted(told.after) == recounted(lines, then)
    assert told.before.customers_count == sum(line["is_eligible"] for line in lines)
    for rule, now, dropped in marginal_effects(shared.home):
        ((marginal,),) = Release.shown(shared.home).ask(
            "select marginal_count from rpt_winback_waterfall where rule_id = $1", (rule.rule_id,)
        )
        assert dropped.customers_count - now.customers_count == marginal
        assert as_counted(dropped) == recounted(lines, [other for other in RULES if other != rule])
    for found, amount, rules in (
        (told.budget_before, Decimal(500), list(RULES)),
        (told.budget_after, budget, then),
    ):
        reached = down_the_list(lines, amount, rules)
        assert as_counted(found) == recounted(reached, [])
        assert found.expected_cost == sum((Decimal(str(line["expected_cost_amount"])) for line in reached), Decimal(0))


def down_the_list(lines: list[Line], budget: Decimal, rules: list[Rule]) -> list[Line]:
    """Return whom a budget reaches, in the order of priority, until the next one would cost too much."""
    reached, spent = [], Decimal(0)
    known = [line for line in lines if line["expected_net_value"] is not None]
    ranked = [line for line in known if not any(fails(line, rule) for rule in rules)]
    for line in sorted(ranked, key=place):
        spent += Decimal(str(line["expected_cost_amount"]))
        if spent > budget:
            break
        reached.append(line)
    return reached


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Four eligible customers of whom a budget of 500 reaches all, and three that one, one and two rules keep out."""
    company = Company(tmp_path / "warehouse")
    values = {"expected_cost_amount": 12.25}
    lines = [judged(f"c{number}", None, expected_net_value=100.0 - number, **values) for number in range(4)]
    lines += [
        judged("refunded", None, refund_rate=0.6, value_before_churn=Decimal("250.5000"), expected_net_value=20.25),
        judged("silent", None, days_since_last_order=731, expected_net_value=None),
        judged("both", None, days_since_last_order=800, refund_rate=1.0),
    ]
    publish(company, lines)
    return company


def cells(told: str, name: str, place: int = 0) -> list[str]:
    """Return what the line with this name says; of several the one at the place."""
    lines = [line.strip() for line in told.splitlines() if line.strip().startswith(name)]
    return re.split(r" {2,}", lines[place])


def test_without_options_each_rule_tells_what_it_alone_keeps_out(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = lifecycle(monkeypatch, company, "what-if")
    assert code == 0
    assert cells(told, "refund_abuse")[1:] == ["> 0.5", "+1", "+250.50", "+20.25"]
    assert cells(told, "silent_too_long")[2:] == ["+1", "+900.00", "+0.00"]
    assert cells(told, "low_value")[2:] == ["+0", "+0.00", "+0.00"]
    assert len(told.strip().splitlines()) == 2 + len(RULES)


def test_dropped_and_moved_rules_are_told_beside_now(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    told = lifecycle(
        monkeypatch, company, "what-if", "--without", "refund_abuse", "--set", "silent_too_long=750", "--budget", "30"
    )[1]
    assert cells(told, "customers included")[1:] == ["4", "6", "+2"]
    assert cells(told, "their expected net value")[1:] == ["394.00", "414.25", "+20.25"]
    assert cells(told, "customers within the budget")[1:] == ["4", "2", "-2"]
    assert cells(told, "their expected net value", 1)[1:] == ["394.00", "199.00", "-195.00"]
    assert cells(told, "their expected cost")[1:] == ["49.00", "24.50", "-24.50"]
    again = lifecycle(monkeypatch, company, "what-if", "--set", "refund_abuse=0.6")[1]
    assert cells(again, "customers included")[1:] == ["4", "5", "+1"]
    assert "budget" not in again


def test_a_budget_that_is_met_exactly_is_kept(company: Company) -> None:
    release = Release.shown(company.home)
    assert in_budget(release, RULES, Decimal("24.50")).customers_count == 2
    assert in_budget(release, RULES, Decimal("24.4999")).customers_count == 1
    assert in_budget(release, RULES, Decimal(0)) == Totals(0, Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--without", "refund_abus"], "There is no rule 'refund_abus'; did you mean 'refund_abuse'? Use one of"),
        (["--set", "nothing=1"], "There is no rule 'nothing'; use one of consent_withdrawn, open_ticket"),
        (["--set", "low_value=1", "--without", "low_value"], "Rule 'low_value' is both dropped and given a limit"),
        (["--set", "low_value=nan"], "The limit of rule 'low_value' is no finite number"),
        (["--budget", "-1"], "A budget is an amount of 0 or more"),
        (["--budget", "NaN"], "A budget is an amount of 0 or more"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_the_remedy(
    company: Company, monkeypatch: pytest.MonkeyPatch, options: list[str], told: str
) -> None:
    code, answer = lifecycle(monkeypatch, company, "what-if", *options)
    assert code == 1
    assert answer.startswith(told)


@pytest.mark.parametrize("option", [["--set", "low_value"], ["--set", "low_value=low"], ["--budget", "much"]])
def test_what_cannot_be_read_is_refused(company: Company, monkeypatch: pytest.MonkeyPatch, option: list[str]) -> None:
    assert lifecycle(monkeypatch, company, "what-if", *option)[0] == 2


def test_nothing_published_and_measures_not_published_are_told(tmp_path: Path) -> None:
    company = Company(tmp_path / "warehouse")
    with pytest.raises(WinbackError, match="`lifecycle run` publishes"):
        marginal_effects(company.home)
    assert "contact_points_count" not in MEASURES
    unknown = (Rule("no_way_to_contact", "contact_points_count", "<", 1.0),)
    company.publish(AS_OF, rpt_winback_waterfall=waterfall([], unknown))
    with pytest.raises(WinbackError, match="Rule 'no_way_to_contact' judges contact_points_count <, which release"):
        read_rules(Release.shown(company.home))


def test_it_reads_what_is_published_alone(company: Company) -> None:
    company.home.working_database.unlink()
    assert compare(company.home, ["refund_abuse"], {}, None).after.customers_count == 5
