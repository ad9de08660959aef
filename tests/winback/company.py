"""A small company with a published list of whom to win back, made without a run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from rich.console import Console
from typer.testing import CliRunner

from expectations.contract import Contract, load_contract
from orchestration import cli
from orchestration.home import WarehouseHome
from orchestration.landing.ledger import prepare_tables
from orchestration.publishing.release import Manifest, write_release
from orchestration.winback.what_if import Rule

PLAN, OTHER_PLAN = "winback_2026", "winback_2025"
AS_OF = datetime(2026, 1, 5)

_TEXTS = (
    "customer_id, plan_id, lifecycle_stage, primary_reason, primary_exclusion_class, exclusion_reasons, offer_id, "
    "recommended_channel"
)
MEASURES = {
    "has_withdrawn_consent": "boolean",
    "open_tickets_count": "bigint",
    "days_since_last_order": "integer",
    "refund_rate": "double",
}
_TYPES = {
    **dict.fromkeys(_TEXTS.split(", "), "varchar"),
    **dict.fromkeys(("recommended_weekday", "recommended_hour"), "integer"),
    "priority_number": "bigint",
    **dict.fromkeys(("is_eligible", "is_within_budget"), "boolean"),
    **dict.fromkeys(("expected_net_value", "expected_cost_amount"), "double"),
    "value_before_churn": "decimal(18, 4)",
    **MEASURES,
    "as_of": "timestamp",
}
MARTS = {
    "rpt_winback_eligibility": _TYPES,
    "rpt_winback_waterfall": {
        **dict.fromkeys(("plan_id", "rule_id", "exclusion_class"), "varchar"),
        "class_order": "integer",
        **dict.fromkeys(("measure", "operator"), "varchar"),
        "limit_value": "double",
        **dict.fromkeys(("failing_count", "primary_count", "marginal_count"), "bigint"),
    },
    "dim_winback_plans": {
        "plan_id": "varchar",
        "started_date": "date",
        **dict.fromkeys(("waves_count", "customers_per_wave"), "integer"),
        "treatment_probability": "double",
        "salt": "varchar",
        "horizon_days": "integer",
        **dict.fromkeys(("budget_amount", "contact_cost"), "decimal(18, 4)"),
    },
    "fct_assignments": {
        **dict.fromkeys(("experiment_id", "customer_id", "arm"), "varchar"),
        "horizon_ends_at": "timestamp",
    },
    "rpt_winback_evaluation": {
        **dict.fromkeys(("plan_id", "look_scope", "decision", "decision_reason"), "varchar"),
        "wave_number": "integer",
    },
    "fct_customer_events": dict.fromkeys(("customer_id", "event_type", "source_record_id"), "varchar"),
}
RULES = (
    Rule("consent_withdrawn", "has_withdrawn_consent", "=", 1.0),
    Rule("open_ticket", "open_tickets_count", ">", 0.0),
    Rule("silent_too_long", "days_since_last_order", ">", 730.0),
    Rule("refund_abuse", "refund_rate", ">", 0.5),
    Rule("does_not_pay", "expected_net_value", "<", 0.0),
    Rule("low_value", "value_before_churn", "<", 100.0),
)


def plan(plan_id: str = PLAN, **changed: object) -> dict[str, object]:
    """Return the terms of a plan."""
    terms = {
        "waves_count": 3,
        "customers_per_wave": 8,
        "treatment_probability": 0.75,
        "salt": "winback-2026",
        "horizon_days": 60,
        "budget_amount": Decimal("500.0000"),
        "contact_cost": Decimal("10.0000"),
    }
    return {"plan_id": plan_id, **terms, **changed}


def judged(customer_id: str, number: int | None, **changed: object) -> dict[str, object]:
    """Return a line of the list; eligible and within the budget unless told otherwise."""
    line = {
        "customer_id": customer_id,
        "plan_id": PLAN,
        "offer_id": "coupon_50",
        "recommended_channel": "email",
        "recommended_weekday": 2,
        "recommended_hour": 19,
        "priority_number": number,
        "is_eligible": True,
        "is_within_budget": True,
        "expected_net_value": 100.5,
        "expected_cost_amount": 12.25,
        "value_before_churn": Decimal("900.0000"),
    }
    return {**line, **changed}


def customers(count: int) -> list[dict[str, object]]:
    """Return the first lines of a list, in the order of priority."""
    return [judged(f"c{number:03d}", number) for number in range(1, count + 1)]


def _contract() -> Contract:
    """Return what is promised of the tables with addresses and consents; with all others each test takes longer."""
    promised = load_contract()
    return replace(
        promised, tables={name: promised.tables[name] for name in ("crm.leads", "crm.contacts", "marketing.consents")}
    )


class Company:
    """A warehouse's home, what was landed in it, and releases that are published by hand."""

    def __init__(self, folder: Path) -> None:
        self.home = WarehouseHome(folder)
        folder.mkdir(parents=True)
        self.releases_count = 0
        with self.working() as connection:
            prepare_tables(connection, _contract())

    def working(self) -> duckdb.DuckDBPyConnection:
        """Open the working database."""
        return duckdb.connect(str(self.home.working_database))

    def land(self, table: str, *rows: dict[str, object]) -> None:
        """Put records into raw; each call is a file of its own."""
        with self.working() as connection:
            (number,) = connection.execute(f"select count(*) from raw.{table}").fetchone()
            file = {"_content_hash": f"{table}-{number}", "_loaded_at": datetime(2026, 1, 1 + number % 28)}
            numbered = [{**file, "_source_row": row, **values} for row, values in enumerate(rows, start=1)]
            _insert(connection, f"raw.{table}", numbered)

    def contacts(self, lines: list[dict[str, object]]) -> list[dict[str, object]]:
        """Land a contact for each customer of a list, and return the events that tell so."""
        self.land(
            "crm__contacts",
            *(
                {"contact_id": f"K-{name}", "email": f"{name}@example.org", "phone": f"+86 (138) {len(name):05}"}
                for name in (line["customer_id"] for line in lines)
            ),
        )
        return [created(line["customer_id"], f"K-{line['customer_id']}") for line in lines]

    def publish(self, as_of: datetime = AS_OF, **rows: list[dict[str, object]]) -> Manifest:
        """Publish marts, those that are not given without rows."""
        self.releases_count += 1
        with self.working() as connection:
            connection.execute("create schema if not exists marts")
            for name, types in MARTS.items():
                columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
                connection.execute(f"create or replace table marts.{name} ({columns})")
                _insert(connection, f"marts.{name}", rows.get(name, []))
        manifest = Manifest(
            release_id=f"release-{self.releases_count}",
            published_at="2026-01-06T00:00:00+00:00",
            as_of=str(as_of),
            known_at="2026-01-06 00:00:00",
            input_fingerprint=str(self.releases_count),
            code_version="0",
            engine="duckdb",
        )
        return write_release(self.home, manifest, {})

    def replace(self, **rows: list[dict[str, object]]) -> None:
        """Write other rows into the published file itself, which is faster than a release."""
        with duckdb.connect(str(self.home.published_database)) as connection:
            for name, lines in rows.items():
                connection.execute(f"delete from {name}")
                _insert(connection, name, lines)

    def ask(self, sql: str) -> list[tuple]:
        """Ask the working database."""
        with self.working() as connection:
            return connection.execute(sql).fetchall()

    def csv(self, name: str, experiment: str = f"{PLAN}_w1") -> list[dict[str, str]]:
        """Return the lines of an exported file."""
        path = self.home.folder / "exports" / experiment / name
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))

    def bytes(self, experiment: str = f"{PLAN}_w1") -> dict[str, bytes]:
        """Return the exported files."""
        return {path.name: path.read_bytes() for path in (self.home.folder / "exports" / experiment).iterdir()}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    if rows:
        names = dict.fromkeys(name for row in rows for name in row)
        fresh = pa.table({name: [row.get(name) for row in rows] for name in names})
        connection.register("rows", fresh)
        connection.execute(f"insert into {table} by name select * from rows")
        connection.unregister("rows")


def created(customer_id: str, record_id: str, event_type: str = "contact_created") -> dict[str, object]:
    return {"customer_id": customer_id, "event_type": event_type, "source_record_id": record_id}


def ready(folder: Path, count: int = 20, **terms: object) -> Company:
    """Return a company of which so many customers can be drawn, each with a contact."""
    company, lines = Company(folder), customers(count)
    events = company.contacts(lines)
    company.publish(rpt_winback_eligibility=lines, dim_winback_plans=[plan(**terms)], fct_customer_events=events)
    return company


def lifecycle(monkeypatch: pytest.MonkeyPatch, company: Company, *arguments: str | Path) -> tuple[int, str]:
    """Run a command of win-back in this process; its exit code and what it printed."""
    told = io.StringIO()
    monkeypatch.setattr(cli, "console", Console(file=told, width=200, highlight=False, soft_wrap=True))
    command = ["winback", *map(str, arguments), "--home", str(company.home.folder)]
    done = CliRunner().invoke(cli.app, command)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, told.getvalue() + done.output
