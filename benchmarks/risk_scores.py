"""Prints what it costs to score customers: churn thresholds, risk signals, health, the model's fit, and the back-test.

python benchmarks/risk_scores.py [--customers 100000 1000000] [--repeats 1] [--memory 4GB] [--folder DIR]

All models of risk and health on made-up customers, three years of months' ends, each size in a process of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
from stage_engine import (
    DBT_PROJECT,
    EVENTS,
    FOLDER,
    Cost,
    Statements,
    compile_models,
    count,
    figures,
    measure,
    print_lines,
    seed_types,
    write_events,
)

MARTS = (
    "int_risk_samples_drawn",  # what the fit reads
    "rpt_churn_thresholds",
    "rpt_customer_health",
    "rpt_health_components",
    "rpt_churn_risk",
    "rpt_risk_signals",
    "rpt_score_backtest",
)
SEEDS = ("risk_signals", "health_groups", "health_measures", "health_overrides", "bands")
GIVEN = {
    "fct_customer_events",
    "fct_orders",
    "fct_order_lines",
    "dim_customers",
    "stg_orders__products",
    "stg_support__tickets",
    "stg_support__survey_answers",
    "stg_support__surveys",
    "stg_loyalty__point_movements",
    "stg_loyalty__prepaid_movements",
    "stg_crm__accounts",
    "int_contracts_dated",
    "int_identity_map",
    "int_reporting_rates_resolved",
    "int_build_clocks_resolved",
    "int_months_spined",
    "int_days_spined",
    "thresholds",
    "churn_models",
    *SEEDS,
}
FIT = "refit_churn_models"
MORE = """
    create temp macro seed_of(id) as (hash(id) % 1000000007)::bigint;
    create table marts.fct_orders as
    select order_id, customer_id, 'EUR' as currency, amount as order_amount, true as is_placed_purchase,
        true as is_qualifying, occurred_at as ordered_at
    from marts.fct_customer_events where event_type = 'qualifying_order_placed';
    create table marts.fct_order_lines as
    select customer_id, 'P' || (ascii(right(order_id, 1)) % 5) as product_id, order_amount as line_amount, ordered_at
    from marts.fct_orders;
    create table staging.stg_orders__products as select 'P' || n as product_id, 'category ' || n as category
    from range(5) as numbers(n);
    create table staging.stg_support__tickets as
    select source_record_id as ticket_id,
        pick(['negative', 'neutral', 'positive'], chance(seed_of(event_id), 40)) as sentiment,
        pick(['question', 'complaint'], chance(seed_of(event_id), 41)) as category,
        if(chance(seed_of(event_id), 42) < 0.95, occurred_at + interval 2 day, null) as solved_at
    from marts.fct_customer_events where event_type = 'ticket_created'
    qualify row_number() over (partition by source_record_id order by event_id) = 1;
    create table staging.stg_support__surveys as select 'S' as survey_id, 'nps' as type;
    create table staging.stg_support__survey_answers as
    select source_record_id as answer_id, 'S' as survey_id, floor(11 * chance(seed_of(event_id), 43)) as score
    from marts.fct_customer_events where event_type = 'survey_answered'
    qualify row_number() over (partition by source_record_id order by event_id) = 1;
    create table staging.stg_loyalty__point_movements as
    select customer_id, cast(floor(order_amount) as decimal(18, 4)) as delta, ordered_at as occurred_at
    from marts.fct_orders where customer_id is not null;
    create table staging.stg_loyalty__prepaid_movements as
    select customer_id, cast(500 as decimal(18, 4)) as delta, min(ordered_at) as occurred_at
    from marts.fct_orders where chance(seed_of(customer_id), 44) < 0.1 group by customer_id;
    create table staging.stg_crm__accounts (account_id varchar, parent_account_id varchar);
    create table intermediate.int_identity_map as
    select 'buyer:' || customer_id as party_key, customer_id from marts.dim_customers;
    create table intermediate.int_contracts_dated
    (contract_id varchar, customer_id varchar, started_date date, ended_date date);
    create table intermediate.int_reporting_rates_resolved as
    select 'EUR' as currency, cast(1 as decimal(18, 9)) as reporting_rate;
    create table intermediate.int_days_spined as
    select cast(day as date) as day_start_date
    from (
        select unnest(generate_series(min(occurred_at)::date, max(occurred_at)::date, interval 1 day)) as day
        from marts.fct_customer_events
    );
    create table intermediate.int_months_spined as
    select distinct date_trunc('month', day_start_date)::date as month_start_date,
        (date_trunc('month', day_start_date) + interval 1 month)::date as next_month_start_date
    from intermediate.int_days_spined;
    alter table marts.dim_customers add column orders_amount decimal(18, 4);
"""


@dataclass(frozen=True)
class Measurement:
    """One size: what it took, and what came of it."""

    customers: int
    orders: int
    scored: int
    snapshots: int
    cost: Cost


def write_rows(database: Path, customers: int) -> int:
    """Write the rows that the models read and return how many orders they are."""
    write_events(database, customers, 0, (FOLDER / "funnel_events.sql").read_text(encoding="utf-8") + MORE)
    with duckdb.connect(str(database)) as connection:
        for seed in SEEDS:
            source = f"read_csv('{DBT_PROJECT}/seeds/dictionary/{seed}.csv', types = {seed_types(seed)})"
            connection.execute(f"create table dictionary.{seed} as from {source}")
        return count(connection, "marts.fct_orders")


def with_fit(models: Statements) -> Statements:
    """Put the fit between what needs no weights, the samples among it, and what reads them at any remove."""
    without: Statements = []
    reading: Statements = []
    for name, sql in models:
        reads = any(f'"{other}"' in sql for other in ("churn_models", *(parent for parent, _ in reading)))
        (reading if reads else without).append((name, sql))
    return [*without, (FIT, ""), *reading]


def measure_size(folder: Path, models: Statements, memory: str | None, customers: int, repeats: int) -> Measurement:
    """Measure one size; the least CPU counts."""
    orders = write_rows(folder / EVENTS, customers)
    costs = [measure(folder, "working", models, memory) for _ in range(repeats)]
    with duckdb.connect(str(folder / "working.duckdb"), read_only=True) as connection:
        scored = count(connection, "marts.rpt_churn_risk")
        snapshots = count(connection, "intermediate.int_snapshots_measured")
    return Measurement(customers, orders, scored, snapshots, min(costs, key=lambda cost: cost.cpu))


def print_sizes(measured: list[Measurement]) -> None:
    """Print what each size took."""
    lines = ["| customers | orders | scored today | snapshots | CPU s | wall s | peak MB |", "|---" * 7 + "|"]
    for each in measured:
        counts = f"{each.customers:,} | {each.orders:,} | {each.scored:,} | {each.snapshots:,}"
        lines.append(f"| {counts} | {figures(each.cost)} |")
    print_lines(lines)


def print_models(largest: Measurement) -> None:
    """Print where the CPU of the largest size went."""
    lines = [f"| step, {largest.customers:,} customers | CPU s | share |", "|---|---|---|"]
    total = sum(largest.cost.statements.values())
    for name, cpu in sorted(largest.cost.statements.items(), key=lambda item: -item[1])[:14]:
        lines.append(f"| `{name}` | {cpu:.2f} | {cpu / total:.0%} |")
    print_lines(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=1, help="how often each is measured")
    parser.add_argument("--memory", help="DuckDB's memory limit; else its own, four fifths of the machine's")
    parser.add_argument("--folder", type=Path, help="where the databases are kept; else a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        models = with_fit(compile_models(folder, MARTS, GIVEN))
        sizes = [measure_size(folder, models, options.memory, size, options.repeats) for size in options.customers]
        print_sizes(sizes)
        print_models(sizes[-1])


if __name__ == "__main__":
    main()
