"""Claims about the cohorts of retention metrics: that one can enter them, and that their periods have a meaning."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.findings import Finding
    from orchestration.dictionary.tables import Dictionary

MOST_PERIODS = 400  # as many as are listed; a year of days, thirty years of months


def calendar_cohorts_are_as_long_as_their_periods(dictionary: Dictionary) -> Iterator[Finding]:
    """Calendar periods are counted from that of the entry, so a cohort of another length has no first one."""
    for row in dictionary.rows("cohort_definitions"):
        if row["alignment"] == "calendar" and row["cohort_unit"] != row["period_unit"]:
            problem = f"cohorts by {row['cohort_unit']} have no calendar periods by {row['period_unit']}"
            yield row.finding("cohort_unit", problem, f"write {row['period_unit']}, or set alignment to rolling")


def recurring_cohorts_follow_the_calendar(dictionary: Dictionary) -> Iterator[Finding]:
    """Whoever enters anew in each period has no single instant from which to count."""
    for row in dictionary.rows("cohort_definitions"):
        if row["cohort_type"] == "recurring" and row["alignment"] != "calendar":
            problem = "cohorts into which one comes anew in each period have no periods of their own"
            yield row.finding("alignment", problem, "write calendar, or set cohort_type to first_time")


def reactivated_cohorts_name_no_entry(dictionary: Dictionary) -> Iterator[Finding]:
    """A stage brings into them, so an event that is named would be ignored."""
    for row in dictionary.rows("cohort_definitions"):
        if row["cohort_type"] == "reactivated" and row["entry_event_types"]:
            problem = "the stage reactivated brings into these cohorts, and no event"
            yield row.finding("entry_event_types", problem, "empty it, or set cohort_type to recurring")


def periods_are_few_enough(dictionary: Dictionary) -> Iterator[Finding]:
    """Periods beyond those that are listed would be missing without a word."""
    for row in dictionary.rows("cohort_definitions"):
        count = row.number("periods_count")
        if count is not None and count > MOST_PERIODS:
            yield row.finding("periods_count", f"{count} periods are too many", f"write at most {MOST_PERIODS}")


def brackets_rise_within_the_periods(dictionary: Dictionary) -> Iterator[Finding]:
    """A bracket runs from one number up to the next, so one number alone or a falling one bounds nothing."""
    for row in dictionary.rows("cohort_definitions"):
        starts, count = row.parts("bracket_starts"), row.number("periods_count")
        if not starts or count is None:
            continue
        limits = [int(start) if start.isdecimal() else 0 for start in starts]
        brackets = list(pairwise(limits))
        if not brackets or limits[0] < 1 or limits[-1] > count + 1 or any(first >= end for first, end in brackets):
            problem = f"'{row['bracket_starts']}' are no limits of brackets"
            remedy = f"write two or more whole numbers that rise from 1 on to at most {count + 1}, such as 1|4|7"
            yield row.finding("bracket_starts", problem, remedy)
