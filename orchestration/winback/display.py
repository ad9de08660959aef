"""What the commands of win-back tell a person."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table

from orchestration.winback.arms import CONTROL, TREATMENT
from orchestration.winback.drawing import NO_ADDRESS, NO_CHANNEL, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from orchestration.winback.export import Exported
    from orchestration.winback.recording import Member
    from orchestration.winback.what_if import Comparison, Rule, Totals

_LINES = (
    ("customers included", "customers_count"),
    ("their value before churn", "value_before_churn"),
    ("their expected net value", "expected_net_value"),
)
_BUDGET_LINES = (
    ("customers within the budget", "customers_count"),
    ("their expected cost", "expected_cost"),
    ("their value before churn", "value_before_churn"),
    ("their expected net value", "expected_net_value"),
)


def print_export(console: Console, done: Exported) -> None:
    """Print who is in the wave, what it is expected to bring and cost, and where the files are."""
    treated, held_out = done.arm(TREATMENT), done.arm(CONTROL)
    drawn = f"{len(treated) + len(held_out):,} of {len(done.members):,} customers judged"
    verb = "drawn" if done.is_drawn_now else "drawn before"
    console.print(f"{done.wave.experiment_id}, {verb}: {drawn}, as of {done.wave.assigned_at} UTC.")
    unreached = [member for member in treated if member.reason in {NO_ADDRESS, NO_CHANNEL, WITHDRAWN}]
    for name, value in (
        (TREATMENT, f"{len(treated):,} customers, {_unreached(unreached)}"),
        (CONTROL, f"{len(held_out):,} customers, to be left alone"),
        ("expected net value", _amount(_sum(member.expected_net_value for member in treated))),
        ("expected cost", _amount(_sum(member.expected_cost_amount for member in treated))),
        ("budget left", _budget_left(done)),
    ):
        console.print(f"  {name + ':':<20}{value}", markup=False)
    _print_files(console, done)
    if done.is_drawn_now:
        console.print("The next `lifecycle run` publishes the arms.")


def _print_files(console: Console, done: Exported) -> None:
    written = done.written
    what = "written to" if written.is_new else "unaltered in"
    console.print(f"Files {what} {done.folder}, logged as {written.export_id}:", markup=False)
    for file in written.files:
        console.print(f"  {file.name:<20}{file.rows_count:>7,} rows  sha256 {file.sha256[:12]}…", markup=False)
    if written.erased_count:
        console.print(f"{written.erased_count} addresses were erased from raw since the draw and are left out.")


def _unreached(members: list[Member]) -> str:
    missing = (
        (NO_ADDRESS, "without the address of their channel"),
        (NO_CHANNEL, "without a channel"),
        (WITHDRAWN, "who withdrew consent since"),
    )
    counts = [(sum(member.reason == reason for member in members), words) for reason, words in missing]
    told = " and ".join(f"{count} {words}" for count, words in counts if count)
    return f"{told} are not in contacts" if told else "all with an address"


def _budget_left(done: Exported) -> str:
    if done.budget_amount is None:
        return "unknown"
    left = done.budget_amount - done.spent_amount
    beyond = ", so the plan costs more than was meant" if left < 0 else ""
    return f"{_amount(left)} of {_amount(done.budget_amount)}{beyond}"


def _sum(amounts: Iterable[float | None]) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts if amount is not None), Decimal(0))


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print a line for each total: what is now, what would be, the difference."""
    table = Table("", title="What if", title_justify="left", box=None)
    for title in ("now", "then", "difference"):
        table.add_column(title, justify="right")
    for name, field in _LINES:
        table.add_row(name, *_compared(comparison.before, comparison.after, field))
    if comparison.budget_after:
        table.add_section()
        for name, field in _BUDGET_LINES:
            table.add_row(name, *_compared(comparison.budget_before, comparison.budget_after, field))
    console.print(table)


def _compared(before: Totals | None, after: Totals, field: str) -> tuple[str, str, str]:
    old, new = getattr(before, field, None), getattr(after, field)
    difference = None if old is None or new is None else new - old
    return _shown(old), _shown(new), _shown(difference, sign="+")


def print_marginal_effects(console: Console, effects: list[tuple[Rule, Totals, Totals]]) -> None:
    """Print how many more customers, and how much more, there would be without each rule."""
    table = Table("rule", title="If one rule were dropped", title_justify="left", box=None)
    for title in ("limit", "customers", "value before churn", "expected net value"):
        table.add_column(title, justify="right")
    for rule, now, then in effects:
        differences = [_compared(now, then, field)[2] for _, field in _LINES]
        table.add_row(rule.rule_id, f"{rule.operator} {rule.limit_value:g}", *differences)
    console.print(table, markup=False)


def _shown(value: float | Decimal | None, sign: str = "") -> str:
    if value is None:
        return "unknown"
    return format(value, f"{sign},.2f") if isinstance(value, Decimal) else format(value, f"{sign},")


def _amount(value: Decimal) -> str:
    return f"{value:,.2f}"
