"""Real public extracts land by the shipped mappings, and give the figures that others published."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.home import PROJECT_FOLDER
from orchestration.landing.loading import land_folder
from orchestration.landing.mapping import load_mapping

DATA = PROJECT_FOLDER.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not here")


def land(example):
    connection = duckdb.connect()
    mappings = load_mapping(PROJECT_FOLDER / "examples" / example / "mapping.yml")
    return connection, land_folder(connection, DATA / example, mappings)


@pytest.fixture(scope="module")
def online_retail():
    connection, report = land("online_retail")
    with connection:
        yield connection, report


@pytest.fixture(scope="module")
def maven_crm():
    connection, report = land("maven_crm")
    with connection:
        yield connection, report


def one(connection, query):
    return connection.execute(query).fetchone()[0]


def test_every_row_of_online_retail_is_landed_or_put_aside(online_retail):
    connection, report = online_retail
    assert report.landed_rows_count + report.quarantined_rows_count == 541_909
    assert one(connection, "select sum(rows_count) from landing.files") == 541_909
    assert len(report.with_status("landed")) == len(report.files) == 305
    assert report.quarantined_rows_count == 0


def test_online_retail_gives_its_orders_lines_and_refunds(online_retail):
    _, report = online_retail
    assert report.rows_by_table == {
        "orders.orders": 22_064,
        "orders.order_lines": 532_621,
        "orders.refunds": 9_288,
    }


def test_online_retail_gives_its_sum_net_of_refunds(online_retail):
    connection, _ = online_retail
    sold = "select sum(quantity::decimal(18, 4) * unit_price::decimal(18, 4)) from raw.orders__order_lines"
    refunded = "select sum(amount::decimal(18, 4)) from raw.orders__refunds"
    assert float(one(connection, sold) - one(connection, refunded)) == 9_747_747.934


def test_online_retail_keeps_its_rows_without_a_customer(online_retail):
    connection, _ = online_retail
    lines = "select count(*) from raw.orders__order_lines where json_extract_string(_extra, '$.CustomerID') is null"
    refunds = "select count(*) from raw.orders__refunds where customer_id is null"
    assert one(connection, lines) + one(connection, refunds) == 135_080


def test_online_retail_has_its_customers(online_retail):
    connection, _ = online_retail
    both = "select customer_id from raw.orders__orders union select customer_id from raw.orders__refunds"
    assert one(connection, f"select count(customer_id) from ({both})") == 4_372


def test_online_retail_numbers_the_lines_of_each_order_from_one(online_retail):
    connection, _ = online_retail
    gaps = """
        select count(*) from (
            select order_id from raw.orders__order_lines group by order_id
            having max(line_number::int) <> count(*) or count(distinct line_number) <> count(*)
        )
    """
    assert one(connection, gaps) == 0


def test_maven_gives_its_deals_accounts_and_products(maven_crm):
    _, report = maven_crm
    closed = 4_238 + 2_473
    deals = {"crm.deals": 8_800, "crm.deal_history": closed}
    assert report.rows_by_table == deals | {"crm.accounts": 85, "orders.products": 7}
    assert report.quarantined_rows_count == 0


def test_maven_gives_its_stages_and_won_value(maven_crm):
    connection, _ = maven_crm
    stages = "select stage, count(*) from raw.crm__deals group by stage"
    assert dict(connection.execute(stages).fetchall()) == {
        "won": 4_238,
        "lost": 2_473,
        "engaging": 1_589,
        "prospecting": 500,
    }
    assert one(connection, "select sum(amount::bigint) from raw.crm__deals where is_won = 'true'") == 10_005_534
    assert one(connection, "select count(*) from raw.crm__deals where account_id is null") == 1_425
