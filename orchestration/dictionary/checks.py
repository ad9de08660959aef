"""Every claim that must hold of the dictionary before anything runs: one function a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.dictionary import (
    cohorts,
    columns,
    contacts,
    funnels,
    scores,
    segments,
    stages,
    vocabulary,
    winback,
)
from orchestration.dictionary.findings import DictionaryError, Finding
from orchestration.dictionary.tables import read_dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orchestration.dictionary.tables import Dictionary

    Claim = Callable[[Dictionary], Iterator[Finding]]

# Without these a cell may not be what its column says, so the others are not asked until these hold.
CLAIMS_OF_SHAPE: tuple[Claim, ...] = (
    columns.types_are_known,
    columns.tables_match_their_description,
    columns.lines_are_read,
    columns.headers_are_as_described,
)
CLAIMS: tuple[Claim, ...] = (
    columns.cells_fit_their_types,
    columns.texts_have_no_blanks_around,
    columns.promised_cells_are_filled,
    columns.keys_are_unique,
    columns.values_are_accepted,
    columns.references_lead_somewhere,
    stages.lifecycles_have_stages,
    stages.lifecycles_have_rules_to_count,
    stages.stage_numbers_fit,
    stages.stage_codes_are_free,
    stages.rules_lead_to_known_stages,
    stages.rules_lead_from_known_stages,
    stages.rules_have_what_their_trigger_needs,
    stages.rules_have_nothing_that_their_trigger_ignores,
    stages.parts_of_a_trigger_come_together,
    stages.events_follow_others,
    stages.declines_are_shares,
    stages.rules_move_somebody,
    stages.rules_can_fire,
    stages.stages_have_a_rule,
    stages.equal_priorities_do_not_meet,
    stages.timeless_silences_do_not_turn_in_circles,
    vocabulary.event_types_are_known,
    vocabulary.spans_are_above_zero,
    vocabulary.days_are_within_reach,
    vocabulary.limits_are_in_order,
    vocabulary.thresholds_are_there,
    vocabulary.metrics_name_known_stages,
    vocabulary.conversions_have_touches,
    vocabulary.shares_leave_nothing_below_zero,
    vocabulary.crosswalks_name_known_stages,
    vocabulary.crosswalks_map_every_stage,
    cohorts.calendar_cohorts_are_as_long_as_their_periods,
    cohorts.recurring_cohorts_follow_the_calendar,
    cohorts.reactivated_cohorts_name_no_entry,
    cohorts.periods_are_few_enough,
    cohorts.brackets_rise_within_the_periods,
    segments.every_cell_has_a_segment,
    segments.every_segment_has_a_cell,
    scores.weights_make_a_whole,
    scores.groups_have_an_overall,
    scores.scales_have_two_ends,
    scores.signals_have_a_limit,
    scores.overrides_hold_for_a_while,
    scores.bands_rise_to_the_top,
    winback.plans_hold_somebody_out,
    winback.plans_are_segmented_by_what_is_known,
    winback.plans_have_an_offer_for_everybody,
    winback.segments_do_not_meet,
    contacts.caps_allow_a_contact,
    contacts.caps_look_back_within_reach,
    contacts.caps_name_known_stages,
    contacts.caps_are_told_apart,
    contacts.contact_types_have_a_weight,
    funnels.funnels_have_two_to_eight_steps,
    funnels.steps_are_in_a_row,
    funnels.lists_hold_known_words,
    funnels.lifecycles_are_lived_by_the_entity,
    funnels.events_are_of_the_entity,
    funnels.time_zones_are_known,
    funnels.windows_are_within_reach,
    funnels.step_windows_fit_the_funnel,
    funnels.steps_can_be_reached,
    funnels.steps_name_known_stages,
    funnels.filters_have_events_to_judge,
    funnels.first_steps_come_without_condition,
    funnels.events_counted_twice_interrupt_nothing,
    funnels.exits_are_no_steps,
    funnels.stage_entries_hold_no_property,
    funnels.any_order_has_no_step_before,
    funnels.any_order_tells_steps_apart,
    funnels.exclusion_numbers_fit,
    funnels.exclusions_lie_between_two_steps,
    funnels.breakdowns_have_names_of_their_own,
    funnels.breakdowns_ask_steps_that_are_there,
    funnels.breakdowns_of_customers_ask_no_step,
    funnels.breakdowns_of_any_order_ask_the_first,
)


def find_faults(dictionary: Dictionary) -> list[Finding]:
    """Return what breaks a claim, in order of file and line."""
    found = _broken(CLAIMS_OF_SHAPE, dictionary) or _broken(CLAIMS, dictionary)
    return sorted(found, key=lambda finding: (finding.path.name, finding.line or 0))


def _broken(claims: tuple[Claim, ...], dictionary: Dictionary) -> list[Finding]:
    return [finding for claim in claims for finding in claim(dictionary)]


def sound_dictionary(folder: Path) -> Dictionary:
    """Read the dictionary of a folder, and make sure that it holds.

    Raises:
        DictionaryError: it does not; the error has every finding.
    """
    dictionary = read_dictionary(folder)
    if findings := find_faults(dictionary):
        raise DictionaryError(findings)
    return dictionary
