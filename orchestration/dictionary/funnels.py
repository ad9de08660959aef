"""Claims about funnels: that each option has a meaning where it is set, and that each step can be reached."""

from __future__ import annotations

import zoneinfo
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import use_one_of
from orchestration.dictionary.lifecycles import lifecycles_of
from orchestration.dictionary.stages import unknown_stage
from orchestration.dictionary.vocabulary import LISTS_OF_EVENT_TYPES, MOST_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.findings import Finding
    from orchestration.dictionary.tables import Dictionary, Row

FEWEST_STEPS, MOST_STEPS = 2, 8  # the attempts have eight columns for them
MOST_EXCLUSIONS = 16  # each is a bit of the number that says what an event is to a walk
SECONDS_OF_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
WORDS_OF_LISTS = {
    "modes": ("observed", "imputed"),
    "interrupted_by": ("ahead", "start", "done", "others"),
}
FILTERS = ("min_amount", "max_amount", "stated_values", "details", "function_codes")
OPTIONS_OF_AN_ORDER = (  # table, column, the value that needs an order (None: each), what to do
    ("funnels", "modes", "imputed", "write observed"),
    ("funnels", "interrupted_by", None, "empty it"),
    ("funnels", "is_event_counted_once", "false", "write true"),
    ("funnels", "is_later_instant_required", "true", "write false"),
    ("funnel_steps", "is_optional", "true", "write false"),
    ("funnel_steps", "window_length", None, "empty it"),
    ("funnel_exclusions", "exclusion_number", None, "remove the line"),
)
HEAR_EVERYTHING = ("customer", "visitor")
PROPERTIES_OF_CUSTOMERS = ("acquisition_channel", "country", "is_b2b")


def funnels_have_two_to_eight_steps(dictionary: Dictionary) -> Iterator[Finding]:
    """One step is no way, and a ninth would have no column."""
    for row in dictionary.rows("funnels"):
        count = len(_steps_of(dictionary, row))
        if not FEWEST_STEPS <= count <= MOST_STEPS:
            problem = f"funnel '{row['funnel_id']}' needs {FEWEST_STEPS} to {MOST_STEPS} steps and has {count}"
            yield row.finding("funnel_id", problem, "add or remove some in funnel_steps.csv")


def steps_are_in_a_row(dictionary: Dictionary) -> Iterator[Finding]:
    """Steps are walked by number, and a hole would stop everybody."""
    for funnel in dictionary.rows("funnels"):
        steps = _steps_of(dictionary, funnel)
        by_number = {number: row for row in steps if (number := row.number("step_number")) is not None}
        for wanted, number in enumerate(sorted(by_number), start=1):
            if number != wanted:
                problem = f"step {number} of funnel '{funnel['funnel_id']}' stands where step {wanted} should"
                yield by_number[number].finding("step_number", problem, "number the steps 1, 2, 3 without holes")
                break


def lists_hold_known_words(dictionary: Dictionary) -> Iterator[Finding]:
    """A misspelt mode is a walk that nobody walks; a misspelt interruption ends nothing."""
    for column, known in WORDS_OF_LISTS.items():
        for row in dictionary.rows("funnels"):
            for word in row.parts(column):
                if word not in known:
                    yield row.finding(column, f"'{word}' is no word of {column}", use_one_of(known, word))


def lifecycles_are_lived_by_the_entity(dictionary: Dictionary) -> Iterator[Finding]:
    """The stages of another kind of life are entered by other entities, so no step of theirs would be reached."""
    entities = {row["lifecycle_id"]: row["entity_type"] for row in dictionary.rows("lifecycles")}
    for row in dictionary.rows("funnels"):
        name = row["lifecycle_id"]
        if name in entities and entities[name] != row["entity_type"]:
            problem = f"lifecycle '{name}' is lived by {entities[name]}, and the funnel is about {row['entity_type']}"
            fitting = [other for other, entity in entities.items() if entity == row["entity_type"]]
            yield row.finding("lifecycle_id", problem, use_one_of(fitting))


def events_are_of_the_entity(dictionary: Dictionary) -> Iterator[Finding]:
    """A customer or visitor hears of all that concerns it, also of its deals; anything else hears only of itself."""
    entities = {row["event_type"]: row["entity_type"] for row in dictionary.rows("event_types")}
    for table, column in LISTS_OF_EVENT_TYPES:
        for funnel, row in _with_funnels(dictionary, table):
            own = funnel["entity_type"]
            for name in row.parts(column):
                if own not in HEAR_EVERYTHING and entities.get(name, own) != own:
                    problem = f"event type '{name}' is of {entities[name]}, and the funnel hears only what is of {own}"
                    fitting = [other for other, entity in entities.items() if entity == own]
                    yield row.finding(column, problem, use_one_of(fitting, name))


def time_zones_are_known(dictionary: Dictionary) -> Iterator[Finding]:
    """The engine would refuse an unknown zone in the middle of a run. A system that knows no zones cannot tell."""
    known = zoneinfo.available_timezones()
    for row in dictionary.rows("funnels"):
        zone = row["time_zone"]
        if known and zone and zone not in known:
            example = (get_close_matches(zone, sorted(known), n=1) or ["UTC"])[0]
            yield row.finding("time_zone", f"there is no time zone '{zone}'", f"write one of IANA's, such as {example}")


def windows_are_within_reach(dictionary: Dictionary) -> Iterator[Finding]:
    """As a silence, a window is counted in seconds, of which an engine has only so many."""
    for table in ("funnels", "funnel_steps"):
        for funnel, row in _with_funnels(dictionary, table):
            most = MOST_DAYS * SECONDS_OF_UNITS["day"] // SECONDS_OF_UNITS.get(funnel["window_unit"], 1)
            if (row.number("window_length") or 0) > most:
                problem = f"{row['window_length']} {funnel['window_unit']}s are too many"
                yield row.finding("window_length", problem, f"write at most {most}")


def step_windows_fit_the_funnel(dictionary: Dictionary) -> Iterator[Finding]:
    """Past the funnel's window no step counts, so a step's longer one says nothing."""
    for funnel, row in _with_funnels(dictionary, "funnel_steps"):
        length, whole = row.number("window_length"), funnel.number("window_length")
        if length is not None and whole is not None and length > whole:
            problem = f"window_length {length} is more than the {whole} of funnel '{funnel['funnel_id']}'"
            yield row.finding("window_length", problem, "shorten or empty it, or lengthen the funnel's")


def steps_can_be_reached(dictionary: Dictionary) -> Iterator[Finding]:
    """A step that listens to nothing is never reached, nor is any after it."""
    for row in dictionary.rows("funnel_steps"):
        if not row["event_types"] and not row["stages"]:
            problem = f"step '{row['step']}' names neither event types nor stages, so nobody reaches it"
            yield row.finding("event_types", problem, "name at least one of either")


def steps_name_known_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """A stage is one of the funnel's lifecycle; of any other, no entry is heard."""
    lifecycles = {lifecycle.name: lifecycle for lifecycle in lifecycles_of(dictionary)}
    for funnel, row in _with_funnels(dictionary, "funnel_steps"):
        lifecycle = lifecycles.get(funnel["lifecycle_id"])
        if row["stages"] and not funnel["lifecycle_id"]:
            problem = f"funnel '{funnel['funnel_id']}' has no lifecycle whose stages these could be"
            yield row.finding("stages", problem, "fill in its lifecycle_id in funnels.csv, or name event types instead")
        for stage in row.parts("stages") if lifecycle else ():
            if stage not in lifecycle.stage_names:
                yield unknown_stage(row, "stages", stage, lifecycle)


def filters_have_events_to_judge(dictionary: Dictionary) -> Iterator[Finding]:
    """An entry into a stage has no amount, value, detail or function: whatever is asked of it, every entry counts."""
    for row in dictionary.rows("funnel_steps"):
        for column in FILTERS:
            if row[column] and row["stages"] and not row["event_types"]:
                problem = f"step '{row['step']}' hears stages alone, which have nothing to do with {column}"
                yield row.finding(column, problem, "empty it, or name event types")


def first_steps_come_without_condition(dictionary: Dictionary) -> Iterator[Finding]:
    """An attempt begins with the first step: without it there is none, and nothing comes before it."""
    for row in dictionary.rows("funnel_steps"):
        if row.number("step_number") != 1:
            continue
        if row["is_optional"] == "true":
            yield row.finding("is_optional", "the first step cannot be left out, for it begins the way", "write false")
        if row["window_length"]:
            problem = "the first step has no step before it from which a window could run"
            yield row.finding("window_length", problem, "empty it; the funnel's own window runs from the first step")


def events_counted_twice_interrupt_nothing(dictionary: Dictionary) -> Iterator[Finding]:
    """Where the event that reached a step is looked at again for the next, it would itself interrupt the way to it."""
    for row in dictionary.rows("funnels"):
        if row["interrupted_by"] and row["is_event_counted_once"] == "false":
            problem = "where an event may reach two steps, the one that reached a step would interrupt the next"
            yield row.finding("interrupted_by", problem, "empty it, or set is_event_counted_once to true")


def exits_are_no_steps(dictionary: Dictionary) -> Iterator[Finding]:
    """What reaches a step goes on; that the same event ends the way leaves open which of the two it does."""
    for funnel, row in _with_funnels(dictionary, "funnel_steps"):
        for name in sorted({*row.parts("event_types")} & {*funnel.parts("exit_event_types")}):
            problem = f"'{name}' reaches step '{row['step']}' and is an exit of funnel '{funnel['funnel_id']}'"
            yield row.finding("event_types", problem, "name it in one of them")


def stage_entries_hold_no_property(dictionary: Dictionary) -> Iterator[Finding]:
    """An entry into a stage has no property that could be the same at every step, so it would not be heard."""
    for funnel, row in _with_funnels(dictionary, "funnel_steps"):
        held = funnel["held_property"]
        if row["stages"] and held:
            problem = f"funnel '{funnel['funnel_id']}' holds {held}, which entries into stages do not have"
            yield row.finding("stages", problem, "name event types instead, or empty held_property in funnels.csv")


def any_order_has_no_step_before(dictionary: Dictionary) -> Iterator[Finding]:
    """Each step is then looked for by itself, from the start on: what speaks of a step before is passed over."""
    for table, column, value, remedy in OPTIONS_OF_AN_ORDER:
        for funnel, row in _with_funnels(dictionary, table):
            given = row[column] if value is None else value in row.parts(column)
            if funnel["step_order"] == "any" and given:
                named = value or row[column]
                problem = f"{column} '{named}' needs an order, and funnel '{funnel['funnel_id']}' has none"
                yield row.finding(column, problem, f"{remedy}, or set the funnel's step_order to ordered")


def any_order_tells_steps_apart(dictionary: Dictionary) -> Iterator[Finding]:
    """An event of two steps would reach both at once, since nothing says which of them comes first."""
    for funnel in dictionary.rows("funnels"):
        steps = _steps_of(dictionary, funnel) if funnel["step_order"] == "any" else ()
        for earlier, later in combinations(steps, 2):
            for column in ("event_types", "stages"):
                for name in sorted({*earlier.parts(column)} & {*later.parts(column)}):
                    problem = f"'{name}' would reach steps '{earlier['step']}' and '{later['step']}' at once"
                    yield later.finding(column, problem, "name it in one of them, or set step_order to ordered")


def exclusion_numbers_fit(dictionary: Dictionary) -> Iterator[Finding]:
    """A number is the exclusion's own bit among what an event is to a walk."""
    for row in dictionary.rows("funnel_exclusions"):
        number = row.number("exclusion_number")
        if number is not None and not 1 <= number <= MOST_EXCLUSIONS:
            remedy = f"use a free one of 1 to {MOST_EXCLUSIONS}"
            yield row.finding("exclusion_number", f"{number} is no exclusion number", remedy)


def exclusions_lie_between_two_steps(dictionary: Dictionary) -> Iterator[Finding]:
    """After a step that is not there nothing is watched for, and from a step back to itself there is no time."""
    for funnel, row in _with_funnels(dictionary, "funnel_exclusions"):
        numbers = _step_numbers(dictionary, funnel)
        for column in ("after_step", "before_step"):
            number = row.number(column)
            if number is not None and str(number) not in numbers:
                problem = f"funnel '{funnel['funnel_id']}' has no step {number}"
                yield row.finding(column, problem, use_one_of(numbers))
        after, before = row.number("after_step"), row.number("before_step")
        if after is not None and before is not None and after >= before:
            problem = f"nothing lies after step {after} and before step {before}"
            yield row.finding("before_step", problem, "name a later step, or an earlier after_step")


def breakdowns_have_names_of_their_own(dictionary: Dictionary) -> Iterator[Finding]:
    """The attempts that are not told apart stand under `all`, and would be counted twice."""
    for row in dictionary.rows("funnel_breakdowns"):
        if row["breakdown"] == "all":
            yield row.finding("breakdown", "`all` is the breakdown that tells nothing apart", "take another name")


def breakdowns_ask_steps_that_are_there(dictionary: Dictionary) -> Iterator[Finding]:
    """Of a step that is not there every attempt would be told as unknown."""
    for funnel, row in _with_funnels(dictionary, "funnel_breakdowns"):
        known = ["first", "last", *_step_numbers(dictionary, funnel)]
        if row["at_step"].isdecimal() and row["at_step"] not in known:
            problem = f"funnel '{funnel['funnel_id']}' has no step {row['at_step']}"
            yield row.finding("at_step", problem, use_one_of(known))


def breakdowns_of_customers_ask_no_step(dictionary: Dictionary) -> Iterator[Finding]:
    """A customer's property is the same at every step; a step would seem to mean something, so write `first`."""
    for row in dictionary.rows("funnel_breakdowns"):
        if row["property"] in PROPERTIES_OF_CUSTOMERS and row["at_step"] not in {"", "first"}:
            problem = f"{row['property']} is the customer's, whatever step is asked"
            yield row.finding("at_step", problem, "write first")


def breakdowns_of_any_order_ask_the_first(dictionary: Dictionary) -> Iterator[Finding]:
    """Steps in any order have two numbers: the line in the table, and the place at which it was reached.

    A breakdown asks by line, the attempts tell by place. And the last one reached is another step in each attempt, so
    its values are no answers to one question. What began the attempt is the same by any count.
    """
    for funnel, row in _with_funnels(dictionary, "funnel_breakdowns"):
        is_other = row["at_step"] not in {"", "first"} and row["property"] not in PROPERTIES_OF_CUSTOMERS
        if funnel["step_order"] == "any" and is_other:
            problem = f"which step is '{row['at_step']}' differs from attempt to attempt where they come in any order"
            yield row.finding("at_step", problem, "write first, or set the funnel's step_order to ordered")


def _with_funnels(dictionary: Dictionary, table: str) -> Iterator[tuple[Row, Row]]:
    """Yield each row of a table behind its funnel's; one of no funnel is told elsewhere."""
    funnels = {row["funnel_id"]: row for row in dictionary.rows("funnels")}
    for row in dictionary.rows(table):
        if row["funnel_id"] in funnels:
            yield funnels[row["funnel_id"]], row


def _steps_of(dictionary: Dictionary, funnel: Row) -> list[Row]:
    return [row for row in dictionary.rows("funnel_steps") if row["funnel_id"] == funnel["funnel_id"]]


def _step_numbers(dictionary: Dictionary, funnel: Row) -> list[str]:
    return [str(row.number("step_number")) for row in _steps_of(dictionary, funnel)]
