"""The tables that outlive a build: raw, the ledger of files, the quarantine, the logs of what was told, drawn, run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from orchestration.clocks import instant_of
from orchestration.fitting.buying_models import prepare_buying_models
from orchestration.fitting.churn_models import prepare_churn_models
from orchestration.landing.report import FileOutcome, LandingFile

if TYPE_CHECKING:
    import duckdb

    from expectations.contract import Contract
    from orchestration.landing.refusal import FileRefusedError

_LEDGER = """
create schema if not exists raw;
create schema if not exists landing;

create table if not exists landing.files (
    content_hash varchar,
    mapping_name varchar,
    source_file varchar,
    status varchar,
    message varchar,
    bytes_count bigint,
    rows_count bigint,
    landed_count bigint,
    quarantined_count bigint,
    added_columns varchar[],
    loaded_at timestamp
);
alter table landing.files add column if not exists source_relation varchar;

create table if not exists landing.quarantine (
    source_file varchar,
    source_row bigint,
    mapping_name varchar,
    row_text varchar,
    reasons varchar[],
    content_hash varchar,
    quarantined_at timestamp
);
alter table landing.quarantine add column if not exists source_relation varchar;

create table if not exists landing.rule_results (
    table_id varchar,
    rule_name varchar,
    rows_count bigint,
    broken_count bigint,
    judged_at timestamp
);

create table if not exists landing.build_requests (
    as_of timestamp,
    known_at timestamp
);

alter table landing.build_requests add column if not exists models_version varchar;

create table if not exists landing.recorded_stage_lives (
    lifecycle_id varchar,
    entity_id varchar,
    heard_hash decimal(38, 0)
);

create table if not exists landing.recorded_funnel_entities (
    entity_type varchar,
    entity_id varchar,
    heard_hash decimal(38, 0)
);

create table if not exists landing.recorded_publications (
    publication_number bigint,
    release_id varchar,
    input_fingerprint varchar,
    known_at timestamp,
    as_of timestamp
);

create table if not exists landing.recorded_transitions (
    transition_id varchar,
    lifecycle_id varchar,
    entity_id varchar,
    to_stage varchar,
    rule_id varchar,
    move_number integer,
    rule_version integer,
    occurred_at timestamp,
    recorded_number bigint,
    recorded_at timestamp,
    recorded_as_of timestamp,
    withdrawn_number bigint,
    withdrawn_at timestamp
);

create table if not exists landing.recorded_assignments (
    experiment_id varchar,
    plan_id varchar,
    wave_number integer,
    customer_id varchar,
    offer_id varchar,
    arm varchar,
    probability double,
    salt varchar,
    priority_number bigint,
    release_id varchar,
    assigned_at timestamp,
    recorded_at timestamp default timezone('UTC', now())
);

create table if not exists landing.recorded_judgements (
    experiment_id varchar,
    customer_id varchar,
    offer_id varchar,
    priority_number bigint,
    reason varchar,
    channel varchar,
    weekday integer,
    hour integer,
    address_table varchar,
    address_content_hash varchar,
    address_source_row bigint,
    expected_net_value double,
    expected_cost_amount double
);

create table if not exists landing.recorded_exports (
    export_id varchar,
    experiment_id varchar,
    export_number integer,
    release_id varchar,
    folder varchar,
    file_name varchar,
    is_written boolean,
    rows_count bigint,
    sha256 varchar,
    exported_at timestamp
);

create table if not exists landing.recorded_runs (
    run_id varchar,
    run_number bigint,
    release_id varchar,
    outcome varchar,
    failed_step varchar,
    engine varchar,
    code_version varchar,
    landed_files_count bigint,
    refused_files_count bigint,
    landed_rows_count bigint,
    quarantined_rows_count bigint,
    landing_seconds double,
    building_seconds double,
    fitting_seconds double,
    auditing_seconds double,
    is_looking_back boolean,
    is_closed boolean,
    started_at timestamp,
    ended_at timestamp,
    as_of timestamp,
    known_at timestamp
);

create table if not exists landing.recorded_checks (
    run_id varchar,
    layer varchar,
    table_name varchar,
    check_name varchar,
    check_kind varchar,
    owner_team varchar,
    severity varchar,
    outcome varchar,
    figure double,
    at_least double,
    at_most double,
    judged_rows_count bigint
);

create table if not exists landing.recorded_tables (
    run_id varchar,
    layer varchar,
    table_name varchar,
    rows_count bigint,
    arrived_rows_count bigint,
    usual_rows_count double,
    newest_event_at timestamp,
    fresh_within_days integer
);

create table if not exists landing.erasures (
    erasure_id varchar,
    raw_rows_count bigint,
    landing_files_count bigint,
    releases_count bigint,
    erased_at timestamp
);

create table if not exists landing.erased_values (
    erasure_id varchar,
    kind varchar,
    value_hash varchar,
    stand_in varchar
);

create table if not exists landing.erased_returns (
    content_hash varchar,
    source_file varchar,
    rows_count bigint,
    returned_at timestamp
);
"""

LINEAGE_COLUMNS = {
    "_extra": "varchar",
    "_source_file": "varchar",
    "_source_row": "bigint",
    "_content_hash": "varchar",
    "_loaded_at": "timestamp",
}


def prepare_tables(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Create what is missing: every contract table is there, empty when nothing was sent for it."""
    connection.execute(_LEDGER)
    prepare_buying_models(connection)
    prepare_churn_models(connection)
    known = {
        (table, column)
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
        ).fetchall()
    }
    for table in contract.tables.values():
        columns = dict.fromkeys(table.column_names, "varchar") | LINEAGE_COLUMNS
        if (table.raw_name, "_loaded_at") not in known:
            body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create table raw.{table.raw_name} ({body})")
            continue
        for name in table.column_names:
            if (table.raw_name, name) not in known:
                connection.execute(f'alter table raw.{table.raw_name} add column "{name}" varchar')


def landed_hashes(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Return (content hash, mapping name) of every file that was landed."""
    return set(
        connection.execute("select content_hash, mapping_name from landing.files where status = 'landed'").fetchall()
    )


def next_instant(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Return the present instant, UTC, but later than that of every file before."""
    newest = connection.execute("select max(loaded_at) from landing.files").fetchone()
    now = datetime.now(UTC).replace(tzinfo=None)
    return max(now, newest[0] + timedelta(microseconds=1)) if newest and newest[0] else now


def record_file(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, outcome: FileOutcome, loaded_at: datetime
) -> None:
    """Write one file's outcome into the ledger."""
    connection.execute(
        "insert into landing.files values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            file.hash,
            file.mapping.name,
            file.name,
            outcome.status,
            outcome.message,
            file.bytes_count,
            outcome.rows_count,
            outcome.landed_count,
            outcome.quarantined_count,
            list(outcome.added_columns),
            loaded_at,
            file.mapping.relation,
        ],
    )


def record_refusal(connection: duckdb.DuckDBPyConnection, file: LandingFile, refusal: FileRefusedError) -> FileOutcome:
    """Write a refused file into the ledger, once however often it is tried."""
    outcome = FileOutcome(file.name, "refused", message=refusal.message(file.name))
    connection.execute(
        "delete from landing.files where content_hash = $1 and mapping_name = $2 and status = 'refused'",
        [file.hash, file.mapping.name],
    )
    record_file(connection, file, outcome, next_instant(connection))
    return outcome


def request_build(
    connection: duckdb.DuckDBPyConnection, as_of: str | None, known_at: str | None, models_version: str | None = None
) -> None:
    """Set the two clocks of the next build, None meaning the newest event, the newest load; and which models it runs.

    What was worked out by other models is not kept, see `int_stage_moves_kept`.
    """
    clocks = [None if text is None else instant_of(text) for text in (as_of, known_at)]
    connection.begin()
    connection.execute("delete from landing.build_requests")
    connection.execute("insert into landing.build_requests values ($1, $2, $3)", [*clocks, models_version])
    connection.commit()
