"""A wave of the next plan, from the sample's list to the marts: drawn, exported, and watched by the next build."""

from __future__ import annotations

import csv
import runpy
import shutil
from hashlib import md5
from itertools import accumulate
from typing import TYPE_CHECKING

import duckdb
import pytest
from building import CompiledProject
from conftest import lifecycle

from orchestration.home import PROJECT_FOLDER, WarehouseHome

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("sample")

EXPERIMENT, SALT, SHARE = "winback_2026_w1", "winback-2026", 0.8
BUILT_AGAIN = ("rpt_winback_eligibility", "rpt_winback_waterfall", "rpt_winback_evaluation")


@pytest.fixture(scope="module")
def drawn(sample_run: tuple[WarehouseHome, str], tmp_path_factory: pytest.TempPathFactory) -> WarehouseHome:
    """A copy of the sample company's warehouse in which the first wave was drawn and the marts are built anew."""
    sample = sample_run[0]
    home = WarehouseHome(tmp_path_factory.mktemp("drawn") / "warehouse")
    shutil.copytree(sample.folder, home.folder, symlinks=True)
    done = lifecycle("winback", "export", "winback_2026", home=home.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    project = CompiledProject.of(sample)
    stale = {"int_assignments_unioned"}
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("set timezone = 'UTC'; set default_null_order = 'nulls_first_on_asc_last_on_desc'")
        connection.execute(  # the build knows all that was recorded until now
            f"update {project.relation('int_load_horizons_resolved')} set known_at = timezone('UTC', now())"
        )
        for name in project.read_by(*BUILT_AGAIN):
            if stale & project.nodes[name]["reads"] or name in stale:
                stale.add(name)
                project.build(connection, name)
    return home


def ask(home: WarehouseHome, sql: str) -> list[tuple]:
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        return connection.execute(f"set search_path = 'marts'; {sql}").fetchall()


def rows(home: WarehouseHome, name: str) -> list[dict[str, str]]:
    with (home.folder / "exports" / EXPERIMENT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def arm_of(customer: str) -> str:
    """Return the arm by the formula that the page on win-back prints."""
    digits = md5(f"{customer}|{EXPERIMENT}|{SALT}".encode(), usedforsecurity=False).hexdigest()[:13]
    return "treatment" if int(digits, 16) / 16**13 < SHARE else "control"


def test_everybody_within_the_budget_is_drawn_by_the_formula(drawn: WarehouseHome, query: Callable) -> None:
    listed = {one for (one,) in query("select customer_id from rpt_winback_eligibility where is_within_budget")}
    arms = {row["customer_id"]: row["arm"] for row in rows(drawn, "assignments.csv") if row["arm"]}
    assert arms == {customer: arm_of(customer) for customer in listed}
    assert set(arms.values()) == {"treatment", "control"}


def test_the_next_build_has_the_arms_that_were_exported(drawn: WarehouseHome) -> None:
    published = ask(
        drawn,
        f"""
        select customer_id, arm, offer_id, probability from fct_assignments
        where experiment_id = '{EXPERIMENT}' and assignment_source = 'drawn' and plan_id = 'winback_2026'
        """,
    )
    exported = [
        (row["customer_id"], row["arm"], row["offer_id"], float(row["probability"]))
        for row in rows(drawn, "assignments.csv")
        if row["arm"]
    ]
    assert sorted(published) == sorted(exported)


def test_nobody_held_out_is_told_to_the_campaign_tool(drawn: WarehouseHome) -> None:
    held_out = {row["customer_id"] for row in rows(drawn, "assignments.csv") if row["arm"] == "control"}
    contacted = {row["customer_id"] for row in rows(drawn, "contacts.csv")}
    assert held_out
    assert contacted
    assert not held_out & contacted


def test_whoever_was_drawn_is_off_the_list_for_that_reason_alone(drawn: WarehouseHome, query: Callable) -> None:
    ((before,),) = query("select count(*) from rpt_winback_eligibility where is_within_budget")
    told = "select exclusion_reasons, count(*) from rpt_winback_eligibility where running_plans_count > 0 group by all"
    assert ask(drawn, told) == [("in_running_plan", before)]
    counted = "select primary_count from rpt_winback_waterfall where rule_id = 'in_running_plan'"
    assert ask(drawn, counted) == [(before,)]
    assert ask(drawn, "select count(*) from fct_assignments where is_overlapping or is_contacted_holdout") == [(0,)]


def test_a_wave_that_is_still_watched_has_no_result_and_is_to_be_waited_for(drawn: WarehouseHome) -> None:
    (row,) = ask(
        drawn,
        """
        select target_count + assigned_control_count, treatment_count, lift, treatment_recall_rate, is_mature, decision
        from rpt_winback_evaluation
        where plan_id = 'winback_2026' and look_scope = 'to_date' and segment_type = 'all'
        """,
    )
    assert row == (83, 0, None, None, False, "collect_more")


def test_the_order_by_net_value_truly_earns_more_than_by_value_or_by_risk(
    sample_run: tuple[WarehouseHome, str],
) -> None:
    figure = runpy.run_path(str(PROJECT_FOLDER / "docs" / "figures" / "winback_ranking.py"))
    profits: dict[str, list[float]] = figure["true_profits"](sample_run[0].published_database)
    earned = {name: [0.0, *accumulate(found)] for name, found in profits.items()}
    ends = [found[-1] for found in earned.values()]
    assert max(ends) - min(ends) < 1e-6 * max(ends), "all orders end with the same customers"
    area = {name: sum(found) for name, found in earned.items()}
    best, *others = sorted(area, key=area.__getitem__, reverse=True)
    assert best == "net value to expect"
    assert all(area[best] > 1.02 * area[name] for name in others)
    half = len(earned[best]) // 2
    assert all(earned[best][half] > earned[name][half] for name in others)
