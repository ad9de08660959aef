"""How the dictionary is shown: what it holds, a lifecycle as tables and as a diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from orchestration.dictionary.lifecycles import EVERYWHERE, OUTSIDE

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.dictionary.lifecycles import Lifecycle, Rule
    from orchestration.dictionary.tables import Dictionary, Row

COUNTED = {
    "lifecycles": "lifecycle",
    "lifecycle_stages": "stage",
    "stage_rules": "rule",
    "stage_crosswalk": "crosswalk line",
    "event_types": "event type",
    "funnels": "funnel",
    "funnel_steps": "step",
    "funnel_exclusions": "exclusion",
    "funnel_breakdowns": "breakdown",
    "metrics": "metric",
    "cohort_definitions": "cohort definition",
    "rfm_segments": "RFM segment",
    "thresholds": "threshold",
    "risk_signals": "risk signal",
    "health_measures": "health measure",
    "bands": "band",
    "winback_rules": "win-back rule",
    "winback_plans": "win-back plan",
    "winback_offers": "offer",
    "icp_rules": "profile rule",
    "attribution_conversions": "conversion",
}
STAGE_TITLES = ("stage", "owner", "task", "max days")
RULE_TITLES = ("priority", "rule", "from", "to", "when")


def contents(dictionary: Dictionary) -> str:
    """Return what the dictionary holds, such as `1 lifecycle, 10 stages, 12 rules`."""
    counts = {noun: len(dictionary.rows(table)) for table, noun in COUNTED.items()}
    return ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items())


def stage_cells(row: Row) -> tuple[str, ...]:
    """Return a stage as the cells under `STAGE_TITLES`."""
    return row["stage"], row["owner_team"], row["task"], row["max_days"] or "no limit"


def rule_cells(rule: Rule) -> tuple[str, ...]:
    """Return a rule as the cells under `RULE_TITLES`."""
    return rule.row["priority"], rule.name, ", ".join(rule.row.parts("from_stages")), rule.to_stage, rule.words


def state_diagram(lifecycle: Lifecycle) -> str:
    """Return a Mermaid diagram; each arrow is a move with the rules that make it."""
    moves = lifecycle.moves()
    names = {OUTSIDE: "[*]", EVERYWHERE: "any_stage"}
    lines = [f"    {names.get(start, start)} --> {end}: {', '.join(rules)}" for (start, end), rules in moves.items()]
    return "\n".join(["stateDiagram-v2", *lines])


def print_lifecycle(console: Console, lifecycle: Lifecycle) -> None:
    """Print a lifecycle: its stages, its rules in order of priority, its diagram."""
    console.print(f"{lifecycle.row['name']}. {lifecycle.row['description']}", markup=False)
    tables = (
        ("Stages", STAGE_TITLES, map(stage_cells, lifecycle.stages)),
        (
            "Rules; those that become true at one instant act in this order",
            RULE_TITLES,
            map(rule_cells, lifecycle.rules),
        ),
    )
    for title, titles, rows in tables:
        table = Table(title=title, title_justify="left", box=None)
        for name in titles:
            table.add_column(name, overflow="fold")
        for cells in rows:
            table.add_row(*cells)
        console.print()
        console.print(table, markup=False)
    console.print()
    console.print(state_diagram(lifecycle), markup=False)


def lifecycles_page(lifecycles: list[Lifecycle], made_by: str) -> str:
    """Return the generated page of all lifecycles."""
    lines = ["# Lifecycles", "", f"<!-- {made_by} -->", ""]
    lines += ["What a customer, or whoever lives the life, can be, who answers for it, and what moves it on.", ""]
    for lifecycle in lifecycles:
        stages = [(*stage_cells(row), row["definition"]) for row in lifecycle.stages]
        rules = [rule_cells(rule) for rule in lifecycle.rules]
        lines += [f"## {lifecycle.row['name']}", "", lifecycle.row["description"], ""]
        lines += _markdown_table((*STAGE_TITLES, "meaning"), stages)
        lines += ["Rules that become true at one instant act in this order, each on what the one before has done:", ""]
        lines += _markdown_table(RULE_TITLES, rules)
        lines += ["Each arrow bears the rules that make the move; `any_stage` is also before the first one:", ""]
        lines += ["```mermaid", state_diagram(lifecycle), "```", ""]
    return "\n".join(lines)


def _markdown_table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    written = [titles, ["---"] * len(titles), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return [*(f"| {' | '.join(cells)} |" for cells in written), ""]
