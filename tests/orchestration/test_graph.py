"""The Dagster graph: everything from file to publication is there, every test and promise is a check."""

from __future__ import annotations

import json
from functools import cache

import dagster as dg

from expectations.contract import load_contract
from expectations.delivered import delivered_rules
from expectations.published import PUBLISHED_RULES
from expectations.row_rules import row_rules
from orchestration.definitions import build_definitions
from orchestration.defs.months import MONTHS_KEY
from orchestration.defs.publication import PUBLISHED_DAILY, RELEASE_KEY
from orchestration.defs.transformation import prepared_project
from orchestration.health.volumes import MARTS_OF_RUNS


@cache
def definitions() -> dg.Definitions:
    return build_definitions()


@cache
def manifest() -> dict:
    return json.loads(prepared_project().manifest_path.read_text(encoding="utf-8"))


def checks() -> set[tuple[str, str]]:
    graph = definitions().resolve_asset_graph()
    return {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}


def test_every_dbt_data_test_is_an_asset_check() -> None:
    """But those of the dictionary, which are asked of its files before anything is built."""
    tests = {
        node["name"]: str(node.get("attached_node")).startswith("seed.")
        for node in manifest()["nodes"].values()
        if node["resource_type"] == "test"
    }
    of_models = {name for name, is_of_seed in tests.items() if not is_of_seed}
    assert of_models
    assert of_models <= {name for _, name in checks()}
    assert checks().isdisjoint((f"dictionary/{key}", name) for key in ("thresholds", "claims") for name in tests)


def test_every_promise_of_every_source_is_an_asset_check() -> None:
    promises = {
        (f"raw/{table.source}/{table.name}", rule.name)
        for table in load_contract().tables.values()
        for rule in row_rules(table)
    }
    assert len(promises) > 300
    assert promises <= checks()


def test_every_mart_is_audited_and_what_says_that_it_blocks_does() -> None:
    marts = [
        n["name"] for n in manifest()["nodes"].values() if n.get("schema") == "marts" and n["resource_type"] == "model"
    ]
    audits = {(f"marts/{mart}", rule.name): rule for mart in marts for rule in PUBLISHED_RULES}
    assert audits.keys() <= checks()
    graph = definitions().resolve_asset_graph()
    specs = {(s.key.asset_key.to_user_string(), s.key.name): s for s in (graph.get(k) for k in graph.asset_check_keys)}
    assert [audit for audit, rule in audits.items() if specs[audit].blocking != rule.is_blocking] == []
    assert {rule.name for rule in PUBLISHED_RULES if rule.is_blocking} == {"volume_holds", "no_personal_values"}


def test_every_source_table_is_asked_whether_it_came_as_usual_and_lately() -> None:
    tables = load_contract().tables.values()
    asked = {(f"raw/{table.source}/{table.name}", rule.name) for table in tables for rule in delivered_rules(table)}
    assert len(asked) > len(tables)
    assert asked <= checks()


def test_the_marts_that_tell_of_runs_are_views_so_that_a_release_tells_of_its_own_run() -> None:
    marts = [n for n in manifest()["nodes"].values() if n["resource_type"] == "model" and n["schema"] == "marts"]
    assert {node["name"] for node in marts if "of_runs" in node["tags"]} == set(MARTS_OF_RUNS)
    assert {node["name"] for node in marts if node["config"]["materialized"] == "view"} == set(MARTS_OF_RUNS)


def test_the_release_is_to_be_made_every_day() -> None:
    policy = definitions().resolve_asset_graph().get(RELEASE_KEY).freshness_policy
    assert policy == PUBLISHED_DAILY


def test_the_graph_leads_from_landed_files_to_the_release() -> None:
    graph = definitions().resolve_asset_graph()
    release = dg.AssetKey(["published", "release"])
    upstream = graph.get_ancestor_asset_keys(release)
    assert dg.AssetKey(["raw", "crm", "leads"]) in upstream
    assert dg.AssetKey(["staging", "stg_crm__leads"]) in upstream
    assert dg.AssetKey(["marts", "rpt_winback_eligibility"]) in upstream
    assert dg.AssetKey(["fitted", "buying_models"]) in graph.get_ancestor_asset_keys(
        dg.AssetKey(["marts", "rpt_customer_value"])
    )
    loose = [
        key
        for key in upstream
        if key.path[0] not in {"raw", "landing", "staging", "intermediate", "marts", "dictionary", "fitted"}
    ]
    assert loose == []


def test_one_writer_at_a_time_is_a_matter_of_configuration() -> None:
    graph = definitions().resolve_asset_graph()
    pools = {pool for key in graph.materializable_asset_keys for pool in graph.get(key).pools or ()}
    assert pools == {"working_database"}


def test_months_are_kept_by_a_job_of_their_own_one_run_at_a_time() -> None:
    assert assets_of("backfill_months") == {MONTHS_KEY}
    everything = definitions().resolve_asset_graph().materializable_asset_keys
    assert assets_of("refresh_warehouse") == everything - {MONTHS_KEY}
    months = definitions().resolve_asset_graph().get(MONTHS_KEY)
    assert isinstance(months.partitions_def, dg.MonthlyPartitionsDefinition)
    assert months.backfill_policy is None, "a run a month"
    assert months.pools == {"working_database"}


def assets_of(job: str) -> set[dg.AssetKey]:
    return set(definitions().resolve_job_def(job).asset_layer.executable_asset_keys)


def test_the_job_has_a_daily_schedule_and_a_sensor_and_two_that_tell_of_failures() -> None:
    repository = definitions().get_repository_def()
    assert [schedule.cron_schedule for schedule in repository.schedule_defs] == ["0 5 * * *"]
    sensors = {sensor.name: sensor for sensor in repository.sensor_defs}
    assert set(sensors) == {"refresh_warehouse_on_new_files", "notice_killed_runs", "tell_of_failed_runs"}
    starting = (*repository.schedule_defs, sensors["refresh_warehouse_on_new_files"])
    assert {each.job_name for each in starting} == {"refresh_warehouse"}
