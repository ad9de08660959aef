"""Real public extracts, end to end, against their known figures; skipped where the data is not at hand."""

from __future__ import annotations

import contextlib
import random
import runpy
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from building import CompiledProject
from pages import DOCS, chapter, examples_of, printed

from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.landing.loading import land_folder
from orchestration.landing.mapping import load_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = PROJECT_FOLDER.parent / "shared" / "data"
EXAMPLES = PROJECT_FOLDER / "examples"

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="the public extracts are not beside the project"),
    pytest.mark.xdist_group("sample"),
]

WITH_RETURNS = "customer_retention_by_orders_and_returns"
PURCHASES = "customer_retention_by_qualifying_orders"
COHORTS = {
    (WITH_RETURNS, "2010-12-01"): "948 362 317 367 341 376 360 336 336 374 354 474 260",
    (WITH_RETURNS, "2011-01-01"): "421 101 119 102 138 126 110 108 131 146 155 63",
    (WITH_RETURNS, "2011-08-01"): "167 42 42 42 23",
    (WITH_RETURNS, "2011-12-01"): "41",
    (PURCHASES, "2010-12-01"): "885 324 286 340 321 352 321 309 313 350 331 445 235",
}


def ask(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def publish(sample_run: tuple[WarehouseHome, str], tmp_path: Path) -> Callable[[str, Path], WarehouseHome]:
    """Return how to publish an extract by its example's mapping."""

    def published(name: str, folder: Path) -> WarehouseHome:
        home = WarehouseHome(tmp_path / "warehouse")
        mappings = load_mapping(EXAMPLES / name / "mapping.yml")
        CompiledProject.of(sample_run[0]).publish_landed(home, folder, mappings)
        return home

    return published


def check_the_customer_whom_the_tutorial_follows(home: WarehouseHome) -> None:
    """Compare what the tutorial prints; it reads the files at online_retail/."""
    with contextlib.chdir(DATA):
        orders, moves = examples_of(chapter("Your own extract"))
        for example in (orders, moves):
            assert example.header == [row[0] for row in ask(home.published_database, f"describe {example.sql}")]
            assert example.rows == printed(ask(home.published_database, example.sql))
        to_come = ask(
            home.published_database,
            """
            select to_stage, due_at::date::varchar from rpt_upcoming_transitions
            where customer_id = (select customer_id from fct_orders where order_id = '537419') and step_number = 1
            """,
        )
        assert to_come == [("at_risk", "2012-03-01")]


def test_online_retail_gives_its_known_lives_and_cohorts_and_its_rows_in_any_order(
    publish: Callable[[str, Path], WarehouseHome], tmp_path: Path
) -> None:
    home = publish("online_retail", DATA / "online_retail")
    check_the_customer_whom_the_tutorial_follows(home)
    check_online_retail(home)
    check_its_figure(home, tmp_path / "churn_thresholds.svg")

    # the 305 files in random order, a dozen batches, sixty of them twice and under another name; that marts do not
    # hang on the order of the same rows is told by the sample company
    other = WarehouseHome(tmp_path / "in_batches")
    other.folder.mkdir()
    mappings = load_mapping(EXAMPLES / "online_retail" / "mapping.yml")
    chance, files = random.Random(11), sorted((DATA / "online_retail").glob("*.csv"))
    arrivals = [*files, *chance.sample(files, 60)]
    chance.shuffle(arrivals)
    with duckdb.connect(str(other.working_database)) as connection:
        for batch in range(12):
            arrival = tmp_path / "arrivals" / str(batch)
            arrival.mkdir(parents=True)
            for number, path in enumerate(arrivals[batch::12]):
                shutil.copy(path, arrival / f"arrival_{number}.csv")
            land_folder(connection, arrival, mappings)
    for table in ("orders__orders", "orders__order_lines", "orders__refunds"):
        query = f"select * exclude (_source_file, _loaded_at) from raw.{table} order by all"
        assert ask(other.working_database, query) == ask(home.working_database, query), table


def check_its_figure(home: WarehouseHome, drawn: Path) -> None:
    script = DOCS / "figures" / "churn_thresholds.py"
    runpy.run_path(str(script))["draw"](home.published_database, drawn)
    assert drawn.read_bytes() == script.with_suffix(".svg").read_bytes()


def check_online_retail(home: WarehouseHome) -> None:
    files = ask(
        home.working_database,
        "select count(*), sum(rows_count), sum(landed_count + quarantined_count) from landing.files",
    )
    assert files == [(305, 541_909, 541_909)]
    rows = ask(
        home.published_database,
        """
        select metric_id, cohort_start_date::varchar,
            string_agg(retained_customers_count, ' ' order by periods_since_start)
        from rpt_retention_cohorts
        where retention_kind = 'on' and breakdown = 'all' and alignment = 'calendar' and period_unit = 'month'
        group by all
        """,
    )
    found = {(metric, cohort): row for metric, cohort, row in rows}
    assert {key: found[key] for key in COHORTS} == COHORTS
    unfinished = ask(
        home.published_database,
        """
        select distinct retention_rate from rpt_retention_cohorts
        where retention_kind = 'on' and alignment = 'calendar' and period_start_date = '2011-12-01'
        """,
    )
    assert unfinished == [(None,)], "December is not over on the ninth"
    buyers = ask(home.published_database, "select count(distinct customer_id) from fct_orders where is_qualifying")
    customers = ask(home.published_database, "select count(*) from dim_customers")
    ladder = ask(
        home.published_database,
        """
        select order_number, reached_customers_count, next_customers_count from rpt_order_ladder
        where breakdown = 'all' and order_number <= 2 order by order_number
        """,
    )
    assert ladder == [(1, 4_338, 2_845), (2, 2_845, 2_010)], "1,493 bought once, as others print, too"
    assert (buyers, customers) == ([(4_338,)], [(4_372,)])
    value = ask(
        home.working_database,
        """
        select (select sum(quantity::decimal(18, 4) * unit_price::decimal(18, 4)) from raw.orders__order_lines)
            - (select sum(amount::decimal(18, 4)) from raw.orders__refunds)
        """,
    )
    assert round(float(value[0][0]), 3) == 9_747_747.934


def test_maven_deals_have_their_known_win_rate(publish: Callable[[str, Path], WarehouseHome]) -> None:
    home = publish("maven_crm", DATA / "maven_crm")
    assert ask(home.working_database, "select count(*) from staging.stg_crm__deals") == [(8_800,)]
    won = ask(
        home.published_database,
        """
        select converted_count, lost_count, round(closed_only_rate, 4) from rpt_funnel_conversion
        where funnel_id = 'deals_won' and step = 'won' and measured_from = 'start'
            and cohort_grain = 'all' and breakdown = 'all'
        """,
    )
    assert won == [(4_238, 2_473, 0.6315)]
    closed = ask(
        home.published_database,
        """
        select sum(won_count)::integer, sum(lost_count)::integer, sum(won_amount)::integer,
            round(sum(won_count) / sum(won_count + lost_count), 4)
        from rpt_sales_velocity where breakdown = 'all'
        """,
    )
    assert closed == [(4_238, 2_473, 10_005_534, 0.6315)]
    value = ask(
        home.published_database,
        "select sum(amount)::integer from fct_customer_events where event_type = 'deal_won'",
    )
    assert value == [(10_005_534,)]
    deals = ask(
        home.published_database,
        """
        select intervals.stage, moves.rule_id, count(*), round(avg(moves.days_in_from_stage), 2)
        from fct_stage_intervals as intervals
        inner join fct_stage_transitions as moves on intervals.interval_id = moves.transition_id
        where intervals.lifecycle_id = 'deal' and intervals.is_current
        group by all order by all
        """,
    )
    assert deals == [
        ("engaged", "deal_engaged", 1_589, None),
        ("lost", "stated_lost", 2_473, 41.48),
        ("won", "stated_won", 4_238, 51.78),
    ]


def test_helpdesk_tickets_live_the_lives_of_the_log(publish: Callable[[str, Path], WarehouseHome]) -> None:
    home = publish("helpdesk", DATA / "helpdesk")
    stated = ask(
        home.working_database, "select to_status, count(*) from raw.support__ticket_events group by 1 order by 1"
    )
    activities = {"closed": 4_574, "new": 4_938 + 118 + 67, "open": 5_060 + 119 + 5, "pending": 1_463, "solved": 5_004}
    assert dict(stated) == activities
    assert sum(activities.values()) == 21_348
    lives = ask(
        home.published_database,
        """
        select count(distinct entity_id),
            count(distinct entity_id) - count(distinct case when to_stage = 'closed' then entity_id end)
        from fct_stage_transitions where lifecycle_id = 'ticket'
        """,
    )
    assert lives == [(4_580, 21)]
    duration = ask(
        home.published_database,
        """
        select round(avg(days), 2), round(median(days), 2) from (
            select date_diff('second', min(occurred_at), max(occurred_at)) / 86400.0 as days
            from fct_customer_events where event_type = 'ticket_status_stated' group by entity_id
        )
        """,
    )
    assert duration == [(40.86, 39.86)]


@pytest.mark.slow
def test_oulad_registrations_live_the_lives_of_contracts(
    publish: Callable[[str, Path], WarehouseHome], tmp_path: Path
) -> None:
    (tmp_path / "oulad").symlink_to(DATA / "oulad")
    (tmp_path / "oulad_landing").mkdir()
    with contextlib.chdir(tmp_path), duckdb.connect() as connection:
        connection.execute((EXAMPLES / "oulad" / "prepare.sql").read_text(encoding="utf-8"))
    home = publish("oulad", tmp_path / "oulad_landing")
    stated = ask(
        home.published_database,
        """
        select stated_value, count(*) from fct_customer_events
        where event_type = 'contract_status_stated' group by 1 order by 1
        """,
    )
    results = {"distinction": 3_024, "fail": 7_052, "pass": 12_361, "withdrawn": 10_156}
    known = {"effective": 29_915, "expired": 32_593, "signed": 32_593 - 45, "unregistered": 10_072}
    assert dict(stated) == results | known
    moves = ask(
        home.published_database,
        """
        select from_stage, to_stage, count(*) from fct_stage_transitions
        where lifecycle_id = 'contract' group by all order by all
        """,
    )
    assert moves == [
        ("effective", "expired", 29_915),
        ("outside", "effective", 10),
        ("outside", "expired", 35),
        ("outside", "signed", 32_548),
        ("signed", "effective", 29_905),
        ("signed", "expired", 2_643),
    ]
    assert 35 + 2_643 == 2_678, "withdrawn before the start"
    lives = ask(
        home.published_database,
        """
        select count(distinct regexp_replace(entity_id, '-[0-9]+$', '')),
            count(*) filter (is_withdrawn and not has_day), count(*) filter (is_failed and has_day)
        from (
            select entity_id, bool_or(stated_value = 'withdrawn') as is_withdrawn,
                bool_or(stated_value = 'fail') as is_failed, bool_or(stated_value = 'unregistered') as has_day
            from fct_customer_events where event_type = 'contract_status_stated' group by entity_id
        )
        """,
    )
    assert lives == [(22, 93, 9)]
    students = ask(
        home.published_database,
        """
        select count(*), count(*) filter (contracts_count > 1) from (
            select customer_id, count(distinct entity_id) as contracts_count
            from fct_stage_transitions where lifecycle_id = 'contract' group by customer_id
        )
        """,
    )
    assert students == [(28_785, 3_538)]
