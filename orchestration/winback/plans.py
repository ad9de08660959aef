"""What was published of a plan: its terms, the customers judged for it, and who is in another experiment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from orchestration.dictionary.findings import use_one_of
from orchestration.publishing.release import Manifest

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from orchestration.home import WarehouseHome

_PLANS = """
    select plan_id, waves_count, customers_per_wave, treatment_probability::double, salt, budget_amount
    from dim_winback_plans order by plan_id
"""
_JUDGED = """
    select customer_id, offer_id, priority_number, recommended_channel, recommended_weekday, recommended_hour,
        exclusion_reasons, is_eligible, coalesce(is_within_budget, false),
        expected_net_value::double, expected_cost_amount::double
    from rpt_winback_eligibility
    where plan_id = $1
    order by priority_number nulls last, customer_id
"""


class WinbackError(Exception):
    """What was asked for cannot be done; the message names the remedy."""


@dataclass(frozen=True)
class Plan:
    """The terms of a plan that a draw needs; a plan without a budget may spend what it likes."""

    plan_id: str
    waves_count: int
    customers_per_wave: int
    treatment_probability: float
    salt: str
    budget_amount: Decimal | None


@dataclass(frozen=True)
class Judged:
    """A customer on the published list; `exclusion_reasons` is None where it is eligible."""

    customer_id: str
    offer_id: str | None
    priority_number: int | None
    channel: str | None
    weekday: int | None
    hour: int | None
    exclusion_reasons: str | None
    is_eligible: bool
    is_within_budget: bool
    expected_net_value: float | None
    expected_cost_amount: float | None


@dataclass(frozen=True)
class Release:
    """What readers see, told apart from what a publication shows them a moment later."""

    release_id: str
    as_of: datetime
    database: Path

    @classmethod
    def shown(cls, home: WarehouseHome) -> Release:
        """Return the release that readers see.

        Raises:
            WinbackError: nothing was published, or before anything had happened.
        """
        folder = home.published.resolve()
        if not (folder / home.published_database.name).exists():
            raise WinbackError(f"Nothing is published in {home.folder} yet; `lifecycle run` publishes.")
        manifest = Manifest.read(folder)
        if manifest.as_of is None:
            raise WinbackError("What is published tells of no event yet; `lifecycle run` with files that have some.")
        as_of = datetime.fromisoformat(manifest.as_of)
        return cls(manifest.release_id, as_of, folder / home.published_database.name)

    def ask(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple]:
        """Return the rows of a query on the published marts.

        Raises:
            WinbackError: it was published by a version without the marts of win-back.
        """
        with duckdb.connect(str(self.database), read_only=True) as connection:
            try:
                return connection.execute(sql, list(parameters)).fetchall()
            except (duckdb.CatalogException, duckdb.BinderException):
                raise WinbackError(
                    f"Release {self.release_id} lacks the plans and the list of win-back; `lifecycle run` makes them."
                ) from None

    def plans(self) -> dict[str, Plan]:
        """Return every plan of the release by its id."""
        return {row[0]: Plan(*row) for row in self.ask(_PLANS)}

    def plan(self, plan_id: str) -> Plan:
        """Return one plan.

        Raises:
            WinbackError: there is no such plan.
        """
        plans = self.plans()
        if plan_id not in plans:
            raise WinbackError(f"There is no plan '{plan_id}'; {use_one_of(plans, plan_id)}.")
        return plans[plan_id]

    def judged(self, plan: Plan) -> list[Judged]:
        """Return every customer judged for a plan, in the order of priority.

        Raises:
            WinbackError: the list was made for another plan.
        """
        found = [Judged(*row) for row in self.ask(_JUDGED, (plan.plan_id,))]
        if not found:
            others = [other for (other,) in self.ask("select distinct plan_id from rpt_winback_eligibility order by 1")]
            made_for = f"for {', '.join(others)}" if others else "empty"
            raise WinbackError(
                f"The published list is {made_for}, so nobody can be drawn for '{plan.plan_id}'; the list is made for "
                "the plan that starts last in winback_plans.csv."
            )
        return found
