"""Claims about what tables say in each other's words: event types, stages, steps, other vocabularies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.dictionary.findings import Finding, use_one_of
from orchestration.dictionary.lifecycles import lifecycles_of
from orchestration.dictionary.stages import unknown_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.tables import Dictionary

LISTS_OF_EVENT_TYPES = (
    ("stage_rules", "event_types"),
    ("stage_rules", "after_event_types"),
    ("metrics", "event_types"),
    ("funnels", "exit_event_types"),
    ("funnel_steps", "event_type"),
)
DAYS_ABOVE_ZERO = (
    ("stage_rules", "silent_days"),
    ("stage_rules", "gap_multiple"),
    ("stage_rules", "max_silent_days"),
    ("stage_rules", "window_days"),
    ("stage_rules", "window_minimum"),
    ("stage_rules", "event_number"),
    ("stage_rules", "within_days"),
    ("lifecycle_stages", "max_days"),
    ("funnels", "window_days"),
)
MOST_DAYS = 24_000  # 65 years; beyond 24,855 days their seconds overflow on one engine
THRESHOLDS_OF_MODELS = frozenset(  # each model joins the one it names, and would be empty without it
    {
        "identity_shared_value_limit",
        "reactivation_campaign_days",
        "stage_migration_smoothed_below",
        "state_value_monthly_discount_rate",
        "state_value_window_months",
        "upcoming_transitions_days",
        "vip_orders_amount",
        "winback_value_window_days",
    }
)
FEWEST_STEPS, MOST_STEPS = 2, 8  # the attempts have eight columns for them


def event_types_are_known(dictionary: Dictionary) -> Iterator[Finding]:
    """A misspelt event type matches no event: a rule that never fires, a step that nobody reaches."""
    known = [row["event_type"] for row in dictionary.rows("event_types")]
    for table, column in LISTS_OF_EVENT_TYPES:
        for row in dictionary.rows(table):
            for name in row.parts(column):
                if name not in known:
                    yield row.finding(column, f"there is no event type '{name}'", use_one_of(known, name))


def days_are_above_zero(dictionary: Dictionary) -> Iterator[Finding]:
    """A span of no days is over before it begins."""
    for table, column in DAYS_ABOVE_ZERO:
        for row in dictionary.rows(table):
            days = row.number(column)
            if days is not None and days <= 0:
                yield row.finding(column, f"{column} {row[column]} is nothing at all", "write a number above 0")


def days_are_within_reach(dictionary: Dictionary) -> Iterator[Finding]:
    """A silence is counted in seconds, of which an engine has only so many."""
    for column in ("silent_days", "min_silent_days", "max_silent_days", "window_days", "within_days"):
        for row in dictionary.rows("stage_rules"):
            if (row.number(column) or 0) > MOST_DAYS:
                yield row.finding(column, f"{row[column]} days are too many", f"write at most {MOST_DAYS}")


def thresholds_are_there(dictionary: Dictionary) -> Iterator[Finding]:
    """Without the days to look ahead nobody would ever fall silent, and below zero too few would."""
    rows = dictionary.rows("thresholds")
    for name in sorted(THRESHOLDS_OF_MODELS - {row["threshold_id"] for row in rows}):
        path = dictionary.folder / "thresholds.csv"
        yield Finding(path, None, "threshold_id", f"there is no threshold '{name}', which models read", "restore it")
    for row in rows:
        value = row.number("threshold_value")
        if value is not None and value <= 0:
            problem = f"threshold '{row['threshold_id']}' is {row['threshold_value']}"
            yield row.finding("threshold_value", problem, "write a number above 0")


def metrics_name_known_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """A metric may be shown for the stages of any lifecycle, but for no others."""
    known = list(dict.fromkeys(row["stage"] for row in dictionary.rows("lifecycle_stages")))
    for row in dictionary.rows("metrics"):
        for stage in row.parts("stage_scope"):
            if stage not in known:
                yield row.finding("stage_scope", f"no lifecycle has a stage '{stage}'", use_one_of(known, stage))


def funnels_have_two_to_eight_steps(dictionary: Dictionary) -> Iterator[Finding]:
    """One step is no way, and a ninth would have no column."""
    steps = [row["funnel_id"] for row in dictionary.rows("funnel_steps")]
    for row in dictionary.rows("funnels"):
        count = steps.count(row["funnel_id"])
        if not FEWEST_STEPS <= count <= MOST_STEPS:
            problem = f"funnel '{row['funnel_id']}' needs {FEWEST_STEPS} to {MOST_STEPS} steps and has {count}"
            yield row.finding("funnel_id", problem, "add or remove some in funnel_steps.csv")


def funnel_steps_are_in_a_row(dictionary: Dictionary) -> Iterator[Finding]:
    """Steps are walked by number, and a hole would stop everybody."""
    for funnel in dictionary.rows("funnels"):
        name = funnel["funnel_id"]
        steps = [row for row in dictionary.rows("funnel_steps") if row["funnel_id"] == name]
        by_number = {number: row for row in steps if (number := row.number("step_number")) is not None}
        for wanted, number in enumerate(sorted(by_number), start=1):
            if number != wanted:
                problem = f"step {number} of funnel '{name}' stands where step {wanted} should"
                yield by_number[number].finding("step_number", problem, "number the steps 1, 2, 3 without holes")
                break


def crosswalks_name_known_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """A mapping of a stage that does not exist would never be used."""
    lifecycles = {lifecycle.name: lifecycle for lifecycle in lifecycles_of(dictionary)}
    for row in dictionary.rows("stage_crosswalk"):
        lifecycle = lifecycles.get(row["lifecycle_id"])
        if lifecycle and row["stage"] and row["stage"] not in lifecycle.stage_names:
            yield unknown_stage(row, "stage", row["stage"], lifecycle)


def crosswalks_map_every_stage(dictionary: Dictionary) -> Iterator[Finding]:
    """A stage without a mapping would vanish from that vocabulary, and its customers with it.

    That none is mapped twice is the table's key.
    """
    stages = {lifecycle.name: lifecycle.stage_names for lifecycle in lifecycles_of(dictionary)}
    rows = dictionary.rows("stage_crosswalk")
    mapped = {(row["vocabulary"], row["lifecycle_id"], row["stage"]) for row in rows}
    last_rows = {(row["vocabulary"], row["lifecycle_id"]): row for row in rows}
    for (vocabulary, lifecycle), row in last_rows.items():
        missing = [name for name in stages.get(lifecycle, ()) if (vocabulary, lifecycle, name) not in mapped]
        if missing:
            problem = f"vocabulary '{vocabulary}' has no word for {', '.join(missing)} of lifecycle '{lifecycle}'"
            yield row.finding("stage", problem, "add a line for each after this one")
