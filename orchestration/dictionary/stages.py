"""Claims about stages and about the rules that lead to them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from orchestration.dictionary.findings import Finding, use_one_of
from orchestration.dictionary.lifecycles import EVERYWHERE, OUTSIDE, cycles, lifecycles_of, stages_reached
from orchestration.dictionary.tables import LIST_SEPARATOR
from orchestration.dictionary.triggers import TRIGGER_COLUMNS, TRIGGERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.lifecycles import Lifecycle, Rule
    from orchestration.dictionary.tables import Dictionary, Row
    from orchestration.dictionary.triggers import Trigger

MOST_STAGES = 14  # a transition map packs four bits a stage into 64 bits; 0 is outside, 15 would overflow
MOST_RULES = 60  # a rule is a bit of the number that stands for what became true at one instant


def lifecycles_have_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """Nobody can live in a lifecycle without stages, or in more than the engine can pack."""
    for lifecycle in lifecycles_of(dictionary):
        if not lifecycle.stages:
            problem, remedy = f"lifecycle '{lifecycle.name}' has no stage", "add its stages to lifecycle_stages.csv"
            yield lifecycle.row.finding("lifecycle_id", problem, remedy)
        for row in sorted(lifecycle.stages, key=lambda stage: stage.line)[MOST_STAGES:]:
            problem = f"lifecycle '{lifecycle.name}' has {len(lifecycle.stages)} stages"
            yield row.finding("stage", problem, f"keep at most {MOST_STAGES}, or make a second lifecycle")


def lifecycles_have_rules_to_count(dictionary: Dictionary) -> Iterator[Finding]:
    """More rules than the engine has bits for would act as one another."""
    for lifecycle in lifecycles_of(dictionary):
        for rule in sorted(lifecycle.rules, key=lambda rule: rule.row.line)[MOST_RULES:]:
            problem = f"lifecycle '{lifecycle.name}' has {len(lifecycle.rules)} rules"
            yield rule.row.finding("rule_id", problem, f"keep at most {MOST_RULES}, or make a second lifecycle")


def stage_numbers_fit(dictionary: Dictionary) -> Iterator[Finding]:
    """A number has its own four bits in the transition map."""
    for row in dictionary.rows("lifecycle_stages"):
        number = row.number("stage_number")
        if number is not None and not 1 <= number <= MOST_STAGES:
            yield row.finding("stage_number", f"{number} is no stage number", f"use a free one of 1 to {MOST_STAGES}")


def stage_codes_are_free(dictionary: Dictionary) -> Iterator[Finding]:
    """Rules write lists of stages, and two words of their own among them."""
    for row in dictionary.rows("lifecycle_stages"):
        stage = row["stage"]
        if stage in {OUTSIDE, EVERYWHERE} or LIST_SEPARATOR in stage:
            remedy = f"take another code; `{OUTSIDE}`, `{EVERYWHERE}` and `{LIST_SEPARATOR}` belong to the rules"
            yield row.finding("stage", f"'{stage}' cannot be a stage's code", remedy)


def rules_lead_to_known_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """A misspelt stage would compile into a rule that never moves anybody, without a word."""
    for lifecycle, rule in _rules(dictionary):
        if rule.to_stage == OUTSIDE:
            problem = f"a rule cannot lead to `{OUTSIDE}`, which is before the first stage"
            yield rule.row.finding("to_stage", problem, use_one_of(lifecycle.stage_names))
        elif rule.to_stage not in lifecycle.stage_names:
            yield unknown_stage(rule.row, "to_stage", rule.to_stage, lifecycle)


def rules_lead_from_known_stages(dictionary: Dictionary) -> Iterator[Finding]:
    """As for the stage that a rule leads to."""
    for lifecycle, rule in _rules(dictionary):
        parts = rule.row.parts("from_stages")
        if not parts:
            remedy = f"name the stages, `{OUTSIDE}`, or `{EVERYWHERE}` for everywhere"
            yield rule.row.finding("from_stages", "the cell is empty, so the rule never moves anybody", remedy)
        elif EVERYWHERE in parts and len(parts) > 1:
            remedy = f"write `{EVERYWHERE}` alone, or only the stages"
            yield rule.row.finding("from_stages", f"`{EVERYWHERE}` is everywhere already", remedy)
        for stage in parts:
            if stage not in {*lifecycle.stage_names, OUTSIDE, EVERYWHERE}:
                yield unknown_stage(rule.row, "from_stages", stage, lifecycle, OUTSIDE)


def unknown_stage(row: Row, column: str, stage: str, lifecycle: Lifecycle, *also: str) -> Finding:
    """Return the finding that a lifecycle has no such stage."""
    problem = f"there is no stage '{stage}' in lifecycle '{lifecycle.name}'"
    return row.finding(column, problem, use_one_of([*also, *lifecycle.stage_names], stage))


def rules_have_what_their_trigger_needs(dictionary: Dictionary) -> Iterator[Finding]:
    """A silence without days never ends."""
    for row, trigger in _rows_with_trigger(dictionary):
        for column in trigger.needs:
            if not row[column]:
                yield row.finding(column, f"trigger '{row['rule_trigger']}' needs {column}", "fill it in")


def rules_have_nothing_that_their_trigger_ignores(dictionary: Dictionary) -> Iterator[Finding]:
    """Days on an event rule would seem to mean something."""
    for row, trigger in _rows_with_trigger(dictionary):
        for column in sorted(TRIGGER_COLUMNS - {*trigger.needs, *trigger.may_have}):
            if row[column]:
                problem = f"trigger '{row['rule_trigger']}' ignores {column}"
                yield row.finding(column, problem, "empty it, or change the trigger")


def parts_of_a_trigger_come_together(dictionary: Dictionary) -> Iterator[Finding]:
    """Half a condition would be left out without a word, and so would the second of two that exclude each other."""
    for row, trigger in _rows_with_trigger(dictionary):
        for given, needed in trigger.together:
            if row[given] and not row[needed]:
                yield row.finding(needed, f"{given} is given without {needed}", f"fill it in, or empty {given}")
        for one, other in trigger.apart:
            if row[one] and row[other]:
                problem = f"{other} has no part in a rule with {one}"
                yield row.finding(other, problem, "empty one of them, or make two rules with a stage between")


def events_follow_others(dictionary: Dictionary) -> Iterator[Finding]:
    """An event that need only follow its own kind follows itself; and nobody has entered `outside`."""
    for _, rule in _rules(dictionary):
        own = rule.event_types & {*rule.row.parts("after_event_types")}
        if own:
            problem = f"'{min(own)}' would follow itself"
            remedy = "name other event types, or use window_days with a window_minimum of 2"
            yield rule.row.finding("after_event_types", problem, remedy)
        elif rule.row["within_days"] and not rule.row["after_event_types"] and rule.from_stages == {OUTSIDE}:
            problem = f"rule '{rule.name}' can never fire: nobody has entered `{OUTSIDE}`"
            yield rule.row.finding("within_days", problem, "name after_event_types, or a stage to come from")


def declines_are_shares(dictionary: Dictionary) -> Iterator[Finding]:
    """A share written in per cent would always be reached."""
    for row in dictionary.rows("stage_rules"):
        ratio = row.number("decline_ratio")
        if ratio is not None and not 0 <= ratio <= 1:
            yield row.finding("decline_ratio", f"{row['decline_ratio']} is no share", "write 0 to 1, half as 0.5")


def _rows_with_trigger(dictionary: Dictionary) -> Iterator[tuple[Row, Trigger]]:
    for row in dictionary.rows("stage_rules"):
        if row["rule_trigger"] in TRIGGERS:
            yield row, TRIGGERS[row["rule_trigger"]]


def rules_move_somebody(dictionary: Dictionary) -> Iterator[Finding]:
    """From its own target a rule moves nobody."""
    for _, rule in _rules(dictionary):
        if rule.row["from_stages"] and not rule.from_stages:
            problem = f"rule '{rule.name}' leads from '{rule.to_stage}' only to itself, so it never moves anybody"
            yield rule.row.finding("from_stages", problem, "name another stage, or remove the rule")


def rules_can_fire(dictionary: Dictionary) -> Iterator[Finding]:
    """A rule fires only if some chain of rules leads from outside to where it begins."""
    for lifecycle in _understood_lifecycles(dictionary):
        reached = stages_reached(lifecycle)
        for rule in lifecycle.rules:
            if rule.from_stages and not rule.from_stages & reached:
                stages = " or ".join(sorted(rule.from_stages))
                problem = f"rule '{rule.name}' can never fire: nobody comes from `{OUTSIDE}` to {stages}"
                yield rule.row.finding("from_stages", problem, "add a rule that leads there, or remove this one")


def stages_have_a_rule(dictionary: Dictionary) -> Iterator[Finding]:
    """A stage that no rule leads to stays empty for ever."""
    for lifecycle in _understood_lifecycles(dictionary):
        led_to = {rule.to_stage for rule in lifecycle.rules}
        for row in lifecycle.stages:
            if row["stage"] not in led_to:
                problem = f"no rule of lifecycle '{lifecycle.name}' leads to stage '{row['stage']}'"
                yield row.finding("stage", problem, "add one to stage_rules.csv, or remove the stage")


def equal_priorities_do_not_meet(dictionary: Dictionary) -> Iterator[Finding]:
    """At one instant and from one stage the dictionary must say which rule acts."""
    for lifecycle in _understood_lifecycles(dictionary):
        for earlier, later in combinations(sorted(lifecycle.rules, key=lambda rule: rule.row.line), 2):
            stages = earlier.from_stages & later.from_stages
            if stages and _may_meet(earlier, later):
                problem = (
                    f"rules '{earlier.name}' and '{later.name}' have equal priority, can become true at the same "
                    f"instant and both lead from {', '.join(sorted(stages))}"
                )
                remedy = f"give the one that shall act first a smaller number; the other is in line {earlier.row.line}"
                yield later.row.finding("priority", problem, remedy)


def _may_meet(one: Rule, other: Rule) -> bool:
    return (
        one.row.number("priority") == other.row.number("priority")
        and one.row["rule_trigger"] == other.row["rule_trigger"]
        and not one.event_types.isdisjoint(other.event_types)
        and not _state_different_things(one, other)
    )


def _state_different_things(one: Rule, other: Rule) -> bool:
    """No statement of a source is both, and two at one instant have an order of their own."""
    values, other_values = one.row.parts("stated_values"), other.row.parts("stated_values")
    return bool(values and other_values) and set(values).isdisjoint(other_values)


def timeless_silences_do_not_turn_in_circles(dictionary: Dictionary) -> Iterator[Finding]:
    """Silences without days would move an entity round and round at one instant."""
    for lifecycle in _understood_lifecycles(dictionary):
        timeless = [rule for rule in lifecycle.rules if _is_timeless(rule)]
        for way in cycles((stage, rule.to_stage) for rule in timeless for stage in sorted(rule.from_stages)):
            taking_part = [rule for rule in timeless if rule.to_stage in way and rule.from_stages & set(way)]
            names = ", ".join(rule.name for rule in taking_part)
            problem = f"{names} turn in a circle without time passing: {' → '.join(way)}"
            yield taking_part[0].row.finding("to_stage", problem, "give each its days of silence, or break the circle")


def _is_timeless(rule: Rule) -> bool:
    days = rule.row.number("silent_days")
    return rule.row["rule_trigger"] == "inactivity" and days is not None and days <= 0


def _rules(dictionary: Dictionary) -> Iterator[tuple[Lifecycle, Rule]]:
    for lifecycle in lifecycles_of(dictionary):
        for rule in lifecycle.rules:
            yield lifecycle, rule


def _understood_lifecycles(dictionary: Dictionary) -> Iterator[Lifecycle]:
    """Yield those whose rules name known stages; else one misspelt stage would seem to cut off all behind it."""
    return (lifecycle for lifecycle in lifecycles_of(dictionary) if lifecycle.knows_its_stages)
