"""Lives written by hand, told by the shipped dictionary from the first event to the last move."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import yaml

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from bench import ModelBench

pytestmark = pytest.mark.xdist_group("bench")

DICTIONARY = PROJECT_FOLDER / "dbt_project" / "seeds" / "dictionary"
EVENT_COLUMNS = (
    "event_id varchar, event_type varchar, entity_type varchar, entity_id varchar, customer_id varchar, "
    "source_table varchar, source_record_id varchar, campaign_id varchar, direction varchar, stated_value varchar, "
    "amount decimal(18, 4), occurred_at timestamp, loaded_at timestamp, unknown_party_key varchar"
)

LIVES = {
    "Anna is known, engaged, buys, buys again, falls silent, churns, returns and is active again": (
        "2025-06-30",
        """
        2024-01-01 lead_created          outside -> known by identified
        2024-01-02 trial_booked          known -> engaged by interest_shown
        2024-01-03 qualifying_order_placed engaged -> new_customer by first_order
        2024-01-04 lead_disqualified
        2024-02-03 qualifying_order_placed new_customer -> active by repeat_order
        2024-05-03 -                     active -> at_risk by silent_at_risk
        2024-08-01 -                     at_risk -> churned by silent_churned
        2024-09-01 qualifying_order_placed churned -> reactivated by return_order
        2024-11-29 qualifying_order_placed reactivated -> active by repeat_order
        2025-02-27 -                     active -> at_risk by silent_at_risk
        2025-05-28 -                     at_risk -> churned by silent_churned
        """,
    ),
    "Bert is given up, asks again and is known once more; a second lead changes nothing": (
        "2024-12-31",
        """
        2024-01-01 lead_created          outside -> known by identified
        2024-02-01 lead_disqualified     known -> closed by given_up
        2024-03-01 lead_created          closed -> known by lead_returned
        2024-04-01 lead_created
        """,
    ),
    "Cora buys twice in one instant: one candidate a rule, so she is new and not yet active": (
        "2024-03-01",
        """
        2024-01-01 qualifying_order_placed outside -> new_customer by first_order
        2024-01-01 qualifying_order_placed
        """,
    ),
    "Dora comes by a visit, a deal is lost, a deal is won back": (
        "2024-03-01",
        """
        2024-01-01 session_started       outside -> reached by first_touch
        2024-01-02 deal_opened           reached -> opportunity by deal_opened
        2024-01-20 deal_lost             opportunity -> known by deal_lost
        2024-02-01 deal_opened           known -> opportunity by deal_opened
        2024-02-10 qualifying_order_placed opportunity -> new_customer by first_order
        """,
    ),
}


def dictionary_tables() -> dict[str, tuple[str, list[tuple]]]:
    """Return the shipped dictionary as tables for the bench."""
    document = yaml.safe_load((DICTIONARY / "_dictionary__seeds.yml").read_text(encoding="utf-8"))
    tables = {}
    for seed in document["seeds"]:
        types = {name: "varchar" if kind == "string" else kind for name, kind in seed["config"]["column_types"].items()}
        with (DICTIONARY / f"{seed['name']}.csv").open(encoding="utf-8", newline="") as file:
            rows = [tuple(row[name] or None for name in types) for row in csv.DictReader(file)]
        tables[seed["name"]] = (", ".join(f"{name} {kind}" for name, kind in types.items()), rows)
    return tables


@pytest.mark.parametrize("life", LIVES)
def test_a_life_is_told_as_written(bench: ModelBench, life: str) -> None:
    as_of, story = LIVES[life]
    events, expected = [], []
    for place, line in enumerate(story.strip().splitlines()):
        day, event_type, *move = line.split()
        instant = datetime.fromisoformat(day)
        if event_type != "-":
            key = f"e{place:02}"
            about = (key, event_type, "customer", "c", "c", "t", key, None, None, None, None)
            events.append((*about, instant, instant, None))
        if move:
            expected.append((instant, move[0], move[2], move[4]))
    rows = bench.run(
        "fct_stage_transitions",
        dictionary_tables()
        | {
            "fct_customer_events": (EVENT_COLUMNS, events),
            "int_build_clocks_resolved": ("as_of timestamp", [(datetime.fromisoformat(as_of),)]),
        },
    )
    told = [(row["occurred_at"], row["from_stage"], row["to_stage"], row["rule_id"]) for row in rows]
    assert sorted(told) == expected
