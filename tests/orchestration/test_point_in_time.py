"""What scores see of the past is what was known then: all later rows are taken away, and the features stay the same."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest
from building import CompiledProject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orchestration.home import WarehouseHome

pytestmark = pytest.mark.xdist_group("sample")

DAY = "2025-03-31"
LATER = f"timestamp '{DAY}' + interval 1 day"
# what a source sends of later than the day, table by table: these rows were not there yet
ROWS_COME_AT = {
    "stg_orders__orders": "ordered_at",
    "stg_orders__payments": "paid_at",
    "stg_orders__refunds": "refunded_at",
    "stg_orders__deliveries": "delivered_at",
    "stg_support__tickets": "created_at",
    "stg_support__ticket_events": "occurred_at",
    "stg_support__survey_answers": "answered_at",
    "stg_product__usage_events": "occurred_at",
    "stg_marketing__sessions": "started_at",
    "stg_marketing__messages": "sent_at",
    "stg_marketing__reviews": "posted_at",
    "stg_loyalty__invites": "invited_at",
    "stg_loyalty__point_movements": "occurred_at",
    "stg_loyalty__prepaid_movements": "occurred_at",
    "stg_crm__activities": "occurred_at",
    "stg_crm__contracts": "started_date",
    "stg_crm__contract_history": "changed_at",
}
# and what it has said otherwise since: the record was there, but had not come so far
CAME_TO_BE_KNOWN = (
    f"update {{stg_orders__orders}} set status = 'placed' where updated_at >= {LATER}",
    f"update {{stg_support__tickets}} set solved_at = null, status = 'open' where solved_at >= {LATER}",
    "delete from {stg_orders__order_lines} where order_id not in (select order_id from {stg_orders__orders})",
)
FEATURES = "int_risk_features_derived"
KEPT_AS_THEY_ARE = ("staging", "identity", "seed")


@pytest.fixture(scope="module")
def project(sample_run: tuple[WarehouseHome, str]) -> CompiledProject:
    return CompiledProject.of(sample_run[0])


@pytest.fixture(scope="module")
def world_of_the_day(
    sample_run: tuple[WarehouseHome, str], project: CompiledProject, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The working database without anything that was known later."""
    path = tmp_path_factory.mktemp("point_in_time") / "working.duckdb"
    shutil.copy(sample_run[0].working_database, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        for table, column in ROWS_COME_AT.items():
            connection.execute(f"delete from {project.relation(table)} where {column} >= {LATER}")
        relations = {name: project.relation(name) for name in project.nodes}
        for statement in CAME_TO_BE_KNOWN:
            connection.execute(statement.format_map(relations))
        connection.execute(f"update landing.build_requests set as_of = {LATER} - interval 1 second")
    return path


@pytest.fixture
def told(
    sample_run: tuple[WarehouseHome, str], project: CompiledProject, world_of_the_day: Path, tmp_path: Path
) -> Callable[..., tuple[dict, dict]]:
    """Return how to build the features of the day in both worlds, with one model altered."""

    def build(**altered: Callable[[str], str]) -> tuple[dict, dict]:
        worlds = []
        for name, source in (("now", sample_run[0].working_database), ("then", world_of_the_day)):
            path = tmp_path / name / "working.duckdb"
            path.parent.mkdir()
            shutil.copy(source, path)
            worlds.append(dict(features(path, project, altered)))
        return worlds[0], worlds[1]

    return build


def features(
    path: Path, project: CompiledProject, altered: dict[str, Callable[[str], str]]
) -> Iterator[tuple[str, tuple]]:
    """Build what scores see again, and yield each customer with what they see of it on the day."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'; set default_null_order = 'nulls_first_on_asc_last_on_desc'")
        for name in project.read_by(FEATURES):
            node = project.nodes[name]
            if not set(KEPT_AS_THEY_ARE) & {*node["fqn"], node["resource_type"]}:
                code = project.code(name)
                project.build(connection, name, altered[name](code) if name in altered else code)
        for customer, *rest in connection.execute(
            f"""
            select features.customer_id, snapshots.*, features.*
            from {project.relation(FEATURES)} as features
            join {project.relation("int_snapshots_measured")} as snapshots using (customer_id, score_date)
            where score_date = date '{DAY}'
            """
        ).fetchall():
            yield customer, tuple(rest)


def test_what_scores_see_of_a_day_does_not_change_when_all_later_rows_are_taken_away(
    told: Callable[..., tuple[dict, dict]],
) -> None:
    now, then = told()
    assert len(now) > 450
    assert now.keys() == then.keys()
    assert {customer for customer in now if now[customer] != then[customer]} == set()


LEAKS = {
    "tickets of next month": (
        "int_grievances_counted",
        "grievances_found.grievance_date <= score_dates_listed.score_date",
        "grievances_found.grievance_date <= score_dates_listed.score_date + 30",
    ),
    "what has become of an order": (
        "int_purchase_rhythms_measured",
        "where orders.is_placed_purchase and",
        "where orders.is_qualifying and",
    ),
    "whether a ticket is solved today": (
        "int_grievances_found",
        "cast(solved_at as date) as solved_date",
        "case when solved_at is not null then date '1970-01-01' end as solved_date",
    ),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_a_planted_leak_is_found(told: Callable[..., tuple[dict, dict]], leak: tuple[str, str, str]) -> None:
    name, old, new = leak

    def planted(code: str) -> str:
        assert old in code
        return code.replace(old, new)

    now, then = told(**{name: planted})
    assert now != then
