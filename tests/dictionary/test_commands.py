"""The dictionary on the command line, before a run, and in Dagster."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration import cli
from orchestration.defs import transformation
from orchestration.defs.resources import Progress, Warehouse, dbt_resource

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DictionaryCopy

FAULTS = (
    ("stage_rules.csv", "customer,interest_shown,1,engaged,", "customer,interest_shown,1,engagd,"),
    ("lifecycle_stages.csv", "sales,LTC,Win", ",LTC,Win"),
)
TOLD = (
    "stage_rules.csv, line 5, column 'to_stage': there is no stage 'engagd' in lifecycle 'customer'; did you mean "
    "'engaged'?",
    "lifecycle_stages.csv, line 5, column 'owner_team': the cell is empty; fill it in",
)


@pytest.fixture
def broken(dictionary: DictionaryCopy) -> DictionaryCopy:
    """A dictionary with two faults."""
    for fault in FAULTS:
        dictionary.change(*fault)
    return dictionary


def lifecycle(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> tuple[int, str]:
    """Run a command in this process; its exit code and what it printed."""
    told = io.StringIO()
    monkeypatch.setattr(cli, "console", Console(file=told, width=200, highlight=False, soft_wrap=True))
    done = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    return done.exit_code, told.getvalue() + done.output


def test_check_tells_what_the_shipped_dictionary_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = lifecycle(monkeypatch, "dictionary", "check")
    assert code == 0
    assert told.startswith(
        "The dictionary holds: 6 lifecycles, 43 stages, 47 rules, 120 crosswalk lines, 36 event types, 11 funnels, "
        "43 steps, 1 exclusion, 36 breakdowns"
    )


def test_check_tells_every_fault(monkeypatch: pytest.MonkeyPatch, broken: DictionaryCopy) -> None:
    code, told = lifecycle(monkeypatch, "dictionary", "check", "--folder", broken.folder)
    assert code == 1
    assert all(f"{broken.folder}/{text}" in told for text in TOLD)


def test_show_tells_stages_and_rules_and_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = lifecycle(monkeypatch, "dictionary", "show", "customer")
    assert code == 0
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "at_risk customer_success Remove the obstacle 90" in lines
    assert "active customer_success Keep and grow no limit" in lines
    assert (
        "31 silent_churned new_customer, active, at_risk, reactivated churned no qualifying_order_placed for 180 days"
        in lines
    )
    assert lines.index("stateDiagram-v2") < lines.index("[*] --> reached: first_touch")
    assert "churned --> reactivated: return_order" in lines
    rules = [line.split()[1] for line in lines if line[:1].isdigit()]
    assert rules[:3] == ["repeat_order", "first_order", "return_order"]


def test_show_joins_rules_that_make_the_same_move(monkeypatch: pytest.MonkeyPatch, dictionary: DictionaryCopy) -> None:
    dictionary.add(
        "stage_rules.csv", "customer,tired,1,closed,known|closed,inactivity,96,session_started,400,,,,,,,,,,,,,,Tired."
    )
    _, told = lifecycle(monkeypatch, "dictionary", "show", "customer", "--folder", dictionary.folder)
    assert "    known --> closed: given_up, tired\n" in told
    assert "closed --> closed" not in told


def test_show_of_an_unknown_lifecycle_lists_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = lifecycle(monkeypatch, "dictionary", "show", "suppliers")
    assert code == 1
    assert told == "there is no lifecycle 'suppliers'; use one of customer, deal, contract, partner, staff, ticket\n"


def test_a_run_with_a_broken_dictionary_lands_nothing_and_tells_every_fault(
    monkeypatch: pytest.MonkeyPatch, broken: DictionaryCopy, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "DICTIONARY_FOLDER", broken.folder)
    code, told = lifecycle(monkeypatch, "run", "--home", tmp_path / "warehouse")
    assert code == 2
    assert all(f"{broken.folder}/{text}" in told for text in TOLD)
    assert "nothing was run; readers keep what they have" in told
    assert not (tmp_path / "warehouse").exists()


def test_models_started_from_the_page_are_not_built_by_a_broken_dictionary(
    monkeypatch: pytest.MonkeyPatch, broken: DictionaryCopy, tmp_path: Path
) -> None:
    monkeypatch.setattr(transformation, "DICTIONARY_FOLDER", broken.folder)
    resources = {
        "dbt": dbt_resource(),
        "warehouse": Warehouse(home_folder=str(tmp_path / "warehouse")),
        "progress": dg.ResourceDefinition.hardcoded_resource(Progress()),
    }
    with pytest.raises(dg.Failure) as failure:
        dg.materialize([*transformation.transformation_assets()], resources=resources)
    assert all(f"{broken.folder}/{text}" in failure.value.description for text in TOLD)
    with duckdb.connect(str(tmp_path / "warehouse" / "working.duckdb"), read_only=True) as connection:
        schemas = {schema for (schema,) in connection.execute("select schema_name from duckdb_tables()").fetchall()}
    assert schemas <= {"raw", "landing", "fitted"}, "the run is recorded, and nothing is built"


CHURN_DAYS = """
    create table rpt_churn_thresholds as
    from (values
        ('all', 'all', 'all', 106, 'return_rate', 0.1, 0.05, 0.2, 0.04, 0.2, true),
        ('all', 'all', 'all', 180, null, 0.02, 0.01, 0.08, 0.03, 0.3, false),
        ('orders_band', '1', 'all', 180, 'least_errors', 0.3, 0.2, 0.4, 0.05, 0.3, true)
    ) as days(breakdown, orders_band, product_category, silent_days, chosen_by, return_rate, return_rate_lower,
        return_rate_upper, false_churn_rate, missed_churn_rate, is_threshold)
"""
ACCEPTED = "inactivity,31,qualifying_order_placed,106,,,,,,,,,,,,,,No qualifying order for 106 days."


def test_thresholds_are_suggested_and_written_only_when_accepted(
    monkeypatch: pytest.MonkeyPatch, dictionary: DictionaryCopy, tmp_path: Path
) -> None:
    arguments = ("dictionary", "suggest-thresholds", "--folder", dictionary.folder, "--home", tmp_path)
    code, told = lifecycle(monkeypatch, *arguments)
    assert (code, told.strip()) == (1, f"Nothing is published in {tmp_path} yet; `lifecycle run` publishes.")
    (tmp_path / "published").mkdir()
    with duckdb.connect(tmp_path / "published" / "lifecycle.duckdb") as connection:
        connection.execute(CHURN_DAYS)
    rules = dictionary.folder / "stage_rules.csv"
    before = rules.read_text(encoding="utf-8")
    code, told = lifecycle(monkeypatch, *arguments)
    assert code == 0
    assert "line 12: 180 days become 106." in told
    assert "churned_silent_days,106,days" in told
    assert "180 days: of those called churned 3.0% returned, of the others 30.0% did not." in told
    assert ACCEPTED in told
    assert "one_time_buyer_days" not in told, "180 days is what the data say, too"
    assert rules.read_text(encoding="utf-8") == before
    lifecycle(monkeypatch, *arguments, "--accept")
    old, new = (set(text.split("\n")) for text in (before, rules.read_text(encoding="utf-8")))
    assert new - old == {f"customer,silent_churned,2,churned,new_customer|active|at_risk|reactivated,{ACCEPTED}"}
    assert len(old - new) == 1
    assert dictionary.findings() == []
    code, told = lifecycle(monkeypatch, *arguments)
    assert "there is nothing to accept" in told
