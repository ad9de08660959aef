"""Who would be included by other rules, and how far a budget goes: asked of what readers see, nothing is changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import use_one_of
from orchestration.winback.plans import Release, WinbackError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from orchestration.home import WarehouseHome

OPERATORS = ("<", ">", "=")

_RULES = """
    select rule_id, measure, operator, limit_value::double
    from rpt_winback_waterfall order by class_order, rule_id
"""
_TOTALS = """
    select count(*), sum(cast(value_before_churn as decimal(38, 9))), sum(cast(expected_net_value as decimal(38, 9)))
    from rpt_winback_eligibility where {included}
"""
_IN_BUDGET = """
    with list as (
        select value_before_churn, expected_net_value,
            coalesce(cast(expected_cost_amount as decimal(38, 9)), 0) as cost,
            sum(cost) over (
                order by expected_net_value desc, value_before_churn desc nulls last, customer_id
                rows unbounded preceding
            ) as spent
        from rpt_winback_eligibility where expected_net_value is not null and {included}
    )

    select count(*), sum(cast(value_before_churn as decimal(38, 9))),
        sum(cast(expected_net_value as decimal(38, 9))), sum(cost)
    from list where spent <= {budget}
"""
_BUDGET = """
    select max(budget_amount) from dim_winback_plans
    where plan_id in (select plan_id from rpt_winback_waterfall)
"""


@dataclass(frozen=True)
class Rule:
    """A rule of the list: it excludes a customer when measure, operator and limit hold together."""

    rule_id: str
    measure: str
    operator: str
    limit_value: float

    @property
    def condition(self) -> str:
        """The rule in SQL; a measure that is not known fails no rule."""
        measure = self.measure.replace('"', '""')
        return f'coalesce(cast("{measure}" as double) {self.operator} {self.limit_value!r}::double, false)'


@dataclass(frozen=True)
class Totals:
    """How many customers, and what they bring; an amount is None where it is known of none of them."""

    customers_count: int
    value_before_churn: Decimal | None
    expected_net_value: Decimal | None
    expected_cost: Decimal | None = None


@dataclass(frozen=True)
class Comparison:
    """What is now and what would be; the budget's lines are None unless a budget was asked about."""

    before: Totals
    after: Totals
    budget_before: Totals | None = None
    budget_after: Totals | None = None


def read_rules(release: Release) -> list[Rule]:
    """Return the rules that the published list was judged by.

    Raises:
        WinbackError: there is no list, or it lacks what a rule measures.
    """
    rules = [Rule(*row) for row in release.ask(_RULES)]
    columns = {row[0] for row in release.ask("describe rpt_winback_eligibility")}
    for rule in rules:
        if rule.measure not in columns or rule.operator not in OPERATORS:
            raise WinbackError(
                f"Rule '{rule.rule_id}' judges {rule.measure} {rule.operator}, which release {release.release_id} does "
                "not publish; `lifecycle run` makes the list anew."
            )
    return rules


def changed(rules: Sequence[Rule], without: Collection[str], limits: Mapping[str, float]) -> list[Rule]:
    """Return the rules without those dropped, and with other limits.

    Raises:
        WinbackError: a rule is not known, is both dropped and moved, or a limit is no number.
    """
    known = [rule.rule_id for rule in rules]
    for name in (*without, *limits):
        if name not in known:
            raise WinbackError(f"There is no rule '{name}'; {use_one_of(known, name)}.")
    for name, limit in limits.items():
        if name in without:
            raise WinbackError(f"Rule '{name}' is both dropped and given a limit; do one of the two.")
        if not math.isfinite(limit):
            raise WinbackError(f"The limit of rule '{name}' is no finite number; give one, such as {name}=100.")
    kept = [rule for rule in rules if rule.rule_id not in without]
    return [replace(rule, limit_value=limits.get(rule.rule_id, rule.limit_value)) for rule in kept]


def totals(release: Release, rules: Sequence[Rule]) -> Totals:
    """Count who would be included by these rules alone."""
    (row,) = release.ask(_TOTALS.format(included=_included(rules)))
    return _known(row)


def in_budget(release: Release, rules: Sequence[Rule], budget: Decimal) -> Totals:
    """Count how far a budget goes down the list in the order of priority; whose net value is not known is not on it."""
    (row,) = release.ask(_IN_BUDGET.format(included=_included(rules), budget=f"{budget:f}::decimal(38, 9)"))
    return _known(row)


def _included(rules: Sequence[Rule]) -> str:
    return f"not ({' or '.join(rule.condition for rule in rules) or 'false'})"


def _known(row: tuple) -> Totals:
    return Totals(row[0], *(Decimal(0) if amount is None and not row[0] else amount for amount in row[1:]))


def compare(
    home: WarehouseHome, without: Collection[str], limits: Mapping[str, float], budget: Decimal | None
) -> Comparison:
    """Tell what changed rules and another budget would make of the published list.

    Raises:
        WinbackError: there is no list, or what is asked for is not known.
    """
    release = Release.shown(home)
    rules = read_rules(release)
    then = changed(rules, without, limits)
    comparison = Comparison(totals(release, rules), totals(release, then))
    if budget is None:
        return comparison
    if not budget.is_finite() or budget < 0:
        raise WinbackError("A budget is an amount of 0 or more; give one, such as --budget 5000.")
    ((planned,),) = release.ask(_BUDGET)
    return replace(
        comparison,
        budget_before=in_budget(release, rules, planned) if planned is not None else None,
        budget_after=in_budget(release, then, budget),
    )


def marginal_effects(home: WarehouseHome) -> list[tuple[Rule, Totals, Totals]]:
    """Return each rule with what is now and what would be if it alone were dropped.

    Raises:
        WinbackError: there is no list.
    """
    release = Release.shown(home)
    rules = read_rules(release)
    now = totals(release, rules)
    return [(rule, now, totals(release, [other for other in rules if other != rule])) for rule in rules]
