"""Claims about what tables say in each other's words, and about their spans, limits and thresholds."""

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
    ("cohort_definitions", "entry_event_types"),
    ("funnels", "exit_event_types"),
    ("funnel_steps", "event_types"),
    ("funnel_exclusions", "event_types"),
    ("attribution_conversions", "event_type"),
    ("attribution_touches", "event_type"),
    ("field_evidence", "event_types"),
)
SPANS = (
    ("stage_rules", "silent_days"),
    ("stage_rules", "gap_multiple"),
    ("stage_rules", "max_silent_days"),
    ("stage_rules", "window_days"),
    ("stage_rules", "window_minimum"),
    ("stage_rules", "event_number"),
    ("stage_rules", "within_days"),
    ("lifecycle_stages", "max_days"),
    ("funnels", "window_length"),
    ("funnel_steps", "window_length"),
    ("cohort_definitions", "minimum_events_count"),
    ("cohort_definitions", "periods_count"),
    ("reporting_rates", "reporting_rate"),
    ("attribution_conversions", "event_number"),
    ("attribution_conversions", "window_days"),
    ("attribution_conversions", "half_life_days"),
    ("contact_caps", "window_days"),
)
LIMITS = (
    ("stage_rules", "min_amount", "max_amount"),
    ("stage_rules", "min_silent_days", "max_silent_days"),
    ("funnel_steps", "min_amount", "max_amount"),
    ("winback_segments", "min_value", "max_value"),
    ("rfm_segments", "min_recency", "max_recency"),
    ("rfm_segments", "min_frequency", "max_frequency"),
    ("rfm_segments", "min_monetary", "max_monetary"),
)
MOST_DAYS = 24_000  # 65 years; beyond 24,855 days their seconds overflow on one engine
THRESHOLDS_OF_MODELS = frozenset(  # each model joins the one it names, and would be empty without it
    {
        "buying_repeat_customers",
        "buying_sample_customers",
        "cac_lag_months",
        "churn_horizon_days",
        "churn_return_rate",
        "churn_silences",
        "churned_silent_days",
        "claim_followed_days",
        "contact_collision_hours",
        "contact_half_life_days",
        "contact_outcome_days",
        "contact_outcome_months",
        "contact_streak_contacts",
        "decline_visit_days",
        "discount_dependency_orders",
        "experiment_horizon_days",
        "experiment_srm_alpha",
        "field_verified_days",
        "grievance_window_days",
        "identity_shared_value_limit",
        "one_time_buyer_days",
        "opinion_window_days",
        "order_ladder_orders",
        "order_ladder_window_days",
        "plausible_employees",
        "prior_contribution_days",
        "reactivation_campaign_days",
        "remembered_runs",
        "retention_curve_watched_days",
        "renewal_contact_days",
        "renewal_early_days",
        "renewal_grace_days",
        "revenue_window_months",
        "rfm_history_months",
        "rfm_quintiles_customers",
        "risk_gone_customers",
        "risk_sample_customers",
        "score_history_months",
        "service_ticket_cost",
        "speed_to_lead_minutes",
        "stage_migration_smoothed_below",
        "state_value_monthly_discount_rate",
        "state_value_window_months",
        "upcoming_transitions_days",
        "usage_window_days",
        "value_class_a_share",
        "value_class_b_share",
        "vip_orders_amount",
        "winback_lift_shrinkage_customers",
        "winback_value_shrinkage_returns",
        "winback_value_window_days",
    }
)


def event_types_are_known(dictionary: Dictionary) -> Iterator[Finding]:
    """A misspelt event type matches no event: a rule that never fires, a step that nobody reaches."""
    known = [row["event_type"] for row in dictionary.rows("event_types")]
    for table, column in LISTS_OF_EVENT_TYPES:
        for row in dictionary.rows(table):
            for name in row.parts(column):
                if name not in known:
                    yield row.finding(column, f"there is no event type '{name}'", use_one_of(known, name))


def spans_are_above_zero(dictionary: Dictionary) -> Iterator[Finding]:
    """A span of no length is over before it begins."""
    for table, column in SPANS:
        for row in dictionary.rows(table):
            length = row.number(column)
            if length is not None and length <= 0:
                yield row.finding(column, f"{column} {row[column]} is nothing at all", "write a number above 0")


def days_are_within_reach(dictionary: Dictionary) -> Iterator[Finding]:
    """A silence is counted in seconds, of which an engine has only so many."""
    for column in ("silent_days", "min_silent_days", "max_silent_days", "window_days", "within_days"):
        for row in dictionary.rows("stage_rules"):
            if (row.number(column) or 0) > MOST_DAYS:
                yield row.finding(column, f"{row[column]} days are too many", f"write at most {MOST_DAYS}")


def limits_are_in_order(dictionary: Dictionary) -> Iterator[Finding]:
    """Between a least and a most that have changed places there is nothing."""
    for table, least, most in LIMITS:
        for row in dictionary.rows(table):
            low, high = row.number(least), row.number(most)
            if low is not None and high is not None and low > high:
                problem = f"{least} {row[least]} is more than {most} {row[most]}, so nothing lies between"
                yield row.finding(least, problem, "exchange them, or empty one")


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


def conversions_have_touches(dictionary: Dictionary) -> Iterator[Finding]:
    """Without a touch to look for, every conversion would be unattributed."""
    touched = {row["conversion_id"] for row in dictionary.rows("attribution_touches")}
    for row in dictionary.rows("attribution_conversions"):
        name = row["conversion_id"]
        if name not in touched:
            yield row.finding(
                "conversion_id", f"conversion '{name}' has no touch", "add one in attribution_touches.csv"
            )


def shares_leave_nothing_below_zero(dictionary: Dictionary) -> Iterator[Finding]:
    """Shares of more than the whole would take from the touches between what they never had."""
    for row in dictionary.rows("attribution_conversions"):
        first, last = row.number("first_share"), row.number("last_share")
        if first is None or last is None:
            continue
        if min(first, last) < 0 or first + last > 1:
            problem = f"first_share {row['first_share']} and last_share {row['last_share']} are no shares of one whole"
            yield row.finding("last_share", problem, "write two numbers from 0 on that add up to at most 1")


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
