"""The tables from which the bench builds retention cohorts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from activity import EVENT_COLUMNS, build_clock, event_row

if TYPE_CHECKING:
    from reference.retention_cohorts import CohortDefinition, Life

DEFINITION_COLUMNS = (
    "cohort_definition_id varchar, metric_id varchar, cohort_type varchar, entry_event_types varchar, "
    "cohort_unit varchar, period_unit varchar, alignment varchar, minimum_events_count integer, "
    "periods_count integer, bracket_starts varchar"
)
METRIC_COLUMNS = "metric_id varchar, event_types varchar, period_unit varchar"


def _listed(names: frozenset[str]) -> str | None:
    return "|".join(sorted(names)) or None


def retention_tables(
    definitions: dict[str, CohortDefinition], lives: list[Life], as_of: datetime
) -> dict[str, tuple[str, list[tuple]]]:
    """Return the tables of a company whose lives are customers `0`, `1`, … up to as_of."""
    kinds = {kind for life in lives for _, kind in life.events}
    kinds = kinds.union(*(one.returns | one.entries for one in definitions.values()))
    events = [
        event_row(event_id=f"{n}-{k}", customer_id=str(n), event_type=kind, occurred_at=at)
        for n, life in enumerate(lives)
        for k, (at, kind) in enumerate(life.events)
        if at <= as_of
    ]
    return {
        "cohort_definitions": (
            DEFINITION_COLUMNS,
            [
                (
                    name,
                    name,
                    one.cohort_type,
                    _listed(one.entries),
                    one.cohort_unit,
                    one.period_unit,
                    one.alignment,
                    one.minimum_events_count,
                    one.periods_count,
                    "|".join(str(start) for start in one.bracket_starts) or None,
                )
                for name, one in definitions.items()
            ],
        ),
        "metrics": (METRIC_COLUMNS, [(name, _listed(one.returns), "month") for name, one in definitions.items()]),
        "event_types": ("event_type varchar", [(kind,) for kind in sorted(kinds)]),
        "fct_customer_events": (EVENT_COLUMNS, events),
        "fct_orders": (
            "customer_id varchar, currency varchar, order_amount decimal(18, 4), is_qualifying boolean, "
            "ordered_at timestamp",
            [
                (str(n), "EUR", amount, True, at)
                for n, life in enumerate(lives)
                for at, amount in life.orders
                if at <= as_of
            ],
        ),
        "int_reporting_rates_resolved": ("currency varchar, reporting_rate decimal(18, 9)", [("EUR", 1)]),
        "fct_stage_transitions": (
            "lifecycle_id varchar, customer_id varchar, to_stage varchar, occurred_at timestamp",
            [
                ("customer", str(n), "reactivated", at)
                for n, life in enumerate(lives)
                for at in life.returns_to_life
                if at <= as_of
            ],
        ),
        "dim_customers": (
            "customer_id varchar, acquisition_channel varchar, is_b2b boolean",
            [(str(n), ("search", "social", None)[n % 3], n % 2 == 0) for n in range(len(lives))],
        ),
        "int_build_clocks_resolved": build_clock(as_of),
    }
