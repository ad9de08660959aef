"""Funnels as tables for the bench, and what the models made of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from activity import EVENT_COLUMNS, build_clock, event_row
from reference.funnel_walk import Event, Funnel

if TYPE_CHECKING:
    from datetime import timedelta

    from bench import ModelBench

FUNNEL_COLUMNS = (
    "funnel_id varchar, entity_type varchar, lifecycle_id varchar, step_order varchar, modes varchar, "
    "attempts_kept varchar, window_length integer, window_unit varchar, time_zone varchar, held_property varchar, "
    "interrupted_by varchar, is_event_counted_once boolean, is_later_instant_required boolean, exit_event_types varchar"
)
STEP_COLUMNS = (
    "funnel_id varchar, step_number integer, step varchar, event_types varchar, stages varchar, min_amount double, "
    "max_amount double, stated_values varchar, details varchar, function_codes varchar, "
    "is_optional boolean, window_length integer"
)
EXCLUSION_COLUMNS = (
    "funnel_id varchar, exclusion_number integer, event_types varchar, after_step integer, before_step integer, "
    "scope varchar"
)
BREAKDOWN_COLUMNS = "funnel_id varchar, breakdown varchar, property varchar, at_step varchar"
TRANSITION_COLUMNS = (
    "transition_id varchar, lifecycle_id varchar, entity_type varchar, entity_id varchar, customer_id varchar, "
    "to_stage varchar, occurred_at timestamp"
)
CUSTOMER_COLUMNS = "customer_id varchar, acquisition_channel varchar, country varchar, is_b2b boolean"
USER_COLUMNS = "user_id varchar, team varchar, valid_from_at timestamp, valid_to_at timestamp"


def funnel_tables(
    funnels: dict[str, Funnel],
    lives: dict[str, list[Event]],
    as_of: datetime,
    *,
    time_zone: str = "UTC",
    breakdowns: list[tuple] | None = None,
) -> dict[str, tuple[str, list[tuple]]]:
    """Return everything that the funnel models read; windows are told in seconds."""
    happened = {entity: [one for one in events if one.occurred_at <= as_of] for entity, events in lives.items()}
    kinds = sorted({one.kind for events in lives.values() for one in events} | _kinds_heard(funnels))
    return {
        "funnels": (FUNNEL_COLUMNS, [_funnel_row(name, funnel, time_zone) for name, funnel in funnels.items()]),
        "funnel_steps": (STEP_COLUMNS, [row for name, funnel in funnels.items() for row in _step_rows(name, funnel)]),
        "funnel_exclusions": (
            EXCLUSION_COLUMNS,
            [
                (name, number, _listed(one.kinds), one.after_step, one.before_step, one.scope)
                for name, funnel in funnels.items()
                for number, one in enumerate(funnel.exclusions, 1)
            ],
        ),
        "funnel_breakdowns": (BREAKDOWN_COLUMNS, breakdowns or []),
        "event_types": ("event_type varchar, entity_type varchar", [(kind, "customer") for kind in kinds]),
        "lifecycle_stages": ("lifecycle_id varchar, stage varchar", []),
        "fct_customer_events": (
            EVENT_COLUMNS,
            [_event_row(entity, one) for entity, events in happened.items() for one in events],
        ),
        "fct_stage_transitions": (TRANSITION_COLUMNS, []),
        "dim_customers": (CUSTOMER_COLUMNS, []),
        "stg_crm__users": (USER_COLUMNS, []),
        "int_build_clocks_resolved": build_clock(as_of),
    }


def attempts_told(bench: ModelBench, tables: dict[str, tuple[str, list[tuple]]]) -> dict[tuple[str, str], list[tuple]]:
    """Return the attempts by funnel and entity, in their order, as the reference tells them."""
    told: dict[tuple[str, str], list[tuple]] = {}
    rows = bench.run("fct_funnel_attempts", tables)
    for row in sorted(rows, key=lambda row: (row["funnel_id"], row["entity_id"], row["attempt_number"])):
        told.setdefault((row["funnel_id"], row["entity_id"]), []).append(told_of(row))
    return told


def told_of(row: dict[str, Any]) -> tuple:
    """Return a row of `fct_funnel_attempts` as the reference tells it, the held value in front."""
    instants = tuple(row[f"step_{number}_at"] for number in range(1, 9))
    return row["held_value"] or "", instants, row["attempt_status"], row["skipped_steps_count"], row["ended_at"]


def _kinds_heard(funnels: dict[str, Funnel]) -> set[str]:
    return {
        kind
        for funnel in funnels.values()
        for kinds in (
            *(step.kinds for step in funnel.steps),
            *(exclusion.kinds for exclusion in funnel.exclusions),
            funnel.exit_kinds,
        )
        for kind in kinds
    }


def _listed(values: tuple[str, ...] | frozenset[str]) -> str | None:
    return "|".join(sorted(values)) or None


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def _funnel_row(name: str, funnel: Funnel, time_zone: str) -> tuple:
    return (
        name,
        "customer",
        None,
        funnel.step_order,
        funnel.mode,
        funnel.attempts_kept,
        _seconds(funnel.window),
        "second",
        time_zone,
        funnel.held_property,
        _listed(funnel.interrupted_by),
        funnel.is_event_counted_once,
        funnel.is_later_instant_required,
        _listed(funnel.exit_kinds),
    )


def _step_rows(name: str, funnel: Funnel) -> list[tuple]:
    return [
        (
            name,
            number,
            f"s{number}",
            _listed(step.kinds),
            None,
            step.min_amount,
            step.max_amount,
            None,
            _listed(step.details),
            _listed(step.functions),
            step.is_optional,
            _seconds(step.window),
        )
        for number, step in enumerate(funnel.steps, 1)
    ]


def _event_row(entity: str, event: Event) -> tuple:
    return event_row(
        event_id=event.event_id,
        entity_id=entity,
        customer_id=entity,
        event_type=event.kind,
        channel=event.channel,
        detail=event.detail,
        function_code=event.function,
        amount=event.amount,
        occurred_at=event.occurred_at,
    )
