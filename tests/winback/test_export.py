"""A wave is drawn once and written as often as asked, always the same, and never half."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from company import AS_OF, OTHER_PLAN, PLAN, Company, created, customers, judged, lifecycle, plan, ready
from filelock import FileLock

from orchestration.home import PROJECT_FOLDER
from orchestration.publishing.release import show_release
from orchestration.winback import files, recording
from orchestration.winback.arms import arm_of
from orchestration.winback.export import export
from orchestration.winback.plans import WinbackError

WAVE_1 = f"{PLAN}_w1"
ARMS = "select customer_id, arm, probability, assigned_at from landing.recorded_assignments order by all"
FILES = {"assignments.csv", "assignments.parquet", "contacts.csv", "contacts.parquet"}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return ready(tmp_path / "warehouse")


def reasons(company: Company, experiment: str = WAVE_1) -> dict[str, str]:
    return {line["customer_id"]: line["reason"] for line in company.csv("assignments.csv", experiment)}


def in_wave(company: Company, experiment: str = WAVE_1) -> set[str]:
    return {line["customer_id"] for line in company.csv("assignments.csv", experiment) if line["arm"]}


def test_the_first_of_the_list_get_an_arm_and_only_the_treated_an_address(company: Company) -> None:
    done = export(company.home, PLAN)
    lines = {line["customer_id"]: line for line in company.csv("assignments.csv")}
    first = [f"c{number:03d}" for number in range(1, 9)]
    assert in_wave(company) == set(first)
    assert [lines[name]["arm"] for name in first] == [arm_of(name, WAVE_1, "winback-2026", 0.75) for name in first]
    treated = [name for name in first if lines[name]["arm"] == "treatment"]
    assert 0 < len(treated) < 8
    assert [tuple(line.values()) for line in company.csv("contacts.csv")] == [
        (name, "email", f"{name}@example.org", "2", "19", "coupon_50", WAVE_1) for name in treated
    ]
    assert {lines[name]["probability"] for name in treated} == {"0.75"}
    assert {lines[name]["probability"] for name in set(first) - set(treated)} == {"0.25"}
    assert set(company.bytes()) == FILES
    assert company.ask("select distinct release_id, salt, plan_id, wave_number from landing.recorded_assignments") == [
        ("release-1", "winback-2026", PLAN, 1)
    ]
    assert {row[3] for row in company.ask(ARMS)} == {AS_OF}
    assert done.is_drawn_now


def test_controls_never_appear_with_an_address(company: Company) -> None:
    export(company.home, PLAN)
    controls = {line["customer_id"] for line in company.csv("assignments.csv") if line["arm"] == "control"}
    assert controls
    assert not controls & {line["customer_id"] for line in company.csv("contacts.csv")}
    written = company.bytes()
    assert b"@" not in written["assignments.csv"]
    for name in controls:
        assert not any(f"{name}@".encode() in content for content in written.values())
    located = company.ask("""
        select count(address_table) from landing.recorded_judgements as judged
        anti join landing.recorded_assignments as drawn
            on judged.customer_id = drawn.customer_id and drawn.arm = 'treatment'
    """)
    assert located == [(0,)]


def test_everybody_judged_is_told_with_the_reason(tmp_path: Path) -> None:
    company = Company(tmp_path / "it's a warehouse")
    lines = [
        *customers(9),
        judged("out", None, is_eligible=False, is_within_budget=False, exclusion_reasons="open_ticket,low_value"),
        judged("dear", 10, is_within_budget=False),
        judged("dark", None, is_within_budget=False, expected_net_value=None),
        judged("busy", 11),
    ]
    watched = {"experiment_id": "spring", "customer_id": "busy", "arm": "control"}
    company.publish(
        rpt_winback_eligibility=lines,
        dim_winback_plans=[plan(treatment_probability=0.0)],
        fct_assignments=[{**watched, "horizon_ends_at": AS_OF + timedelta(days=1)}],
    )
    export(company.home, PLAN)
    told = reasons(company)
    assert {name: told[name] for name in ("c001", "c009", "out", "dear", "dark", "busy")} == {
        "c001": "assigned",
        "c009": "beyond_wave",
        "out": "open_ticket,low_value",
        "dear": "beyond_budget",
        "dark": "value_unknown",
        "busy": "in_another_experiment",
    }
    assert len(told) == len(lines)
    assert company.csv("contacts.csv") == []


@pytest.mark.parametrize(("days", "is_drawn"), [(-1, True), (0, True), (1, False), (None, False)])
def test_nobody_is_in_two_experiments_that_are_watched(tmp_path: Path, days: int | None, is_drawn: bool) -> None:
    company = Company(tmp_path / "warehouse")
    ends_at = None if days is None else AS_OF + timedelta(days=days)
    other = {"experiment_id": "spring", "customer_id": "c001", "arm": "treatment", "horizon_ends_at": ends_at}
    company.publish(rpt_winback_eligibility=customers(3), dim_winback_plans=[plan()], fct_assignments=[other])
    export(company.home, PLAN)
    assert ("c001" in in_wave(company)) == is_drawn


@pytest.mark.parametrize("days", [59, 60])
def test_a_recorded_wave_keeps_its_customers_out_of_others_until_its_horizon_is_over(
    company: Company, days: int
) -> None:
    export(company.home, PLAN)
    first = in_wave(company)
    lines = [{**line, "plan_id": OTHER_PLAN} for line in customers(20)]
    plans = [plan(), plan(OTHER_PLAN)]
    company.publish(AS_OF + timedelta(days=days), rpt_winback_eligibility=lines, dim_winback_plans=plans)
    export(company.home, OTHER_PLAN)
    assert in_wave(company, f"{OTHER_PLAN}_w1").isdisjoint(first) == (days < 60)


def test_the_next_wave_takes_the_next_customers(company: Company) -> None:
    export(company.home, PLAN)
    with pytest.raises(WinbackError, match="was made before wave 1 was drawn; `lifecycle run` makes it anew"):
        export(company.home, PLAN, 2)
    publish_again(company)
    done = export(company.home, PLAN, 2)
    assert in_wave(company, f"{PLAN}_w2") == {f"c{number:03d}" for number in range(9, 17)}
    assert done.is_drawn_now
    assert not export(company.home, PLAN).is_drawn_now
    assert export(company.home, PLAN).wave.number == 2


def publish_again(company: Company, **marts: list[dict[str, object]]) -> None:
    """Publish the same list again, as the next run would."""
    lines = customers(20)
    events = [created(line["customer_id"], f"K-{line['customer_id']}") for line in lines]
    company.publish(rpt_winback_eligibility=lines, dim_winback_plans=[plan()], fct_customer_events=events, **marts)


@pytest.mark.parametrize("decision", ["stop_harm", "stop_futile", "stop_quantity", "invalid"])
def test_a_plan_that_its_own_rule_has_stopped_goes_on_only_in_spite_of_it(company: Company, decision: str) -> None:
    export(company.home, PLAN)
    look = {"plan_id": PLAN, "look_scope": "to_date", "wave_number": 1, "decision": decision}
    publish_again(company, rpt_winback_evaluation=[look | {"decision_reason": "It does harm."}])
    told = f"stopped by its own rule: {decision}. It does harm. Make a new plan, or draw in spite of it with --despite"
    with pytest.raises(WinbackError, match=told):
        export(company.home, PLAN, 2)
    assert export(company.home, PLAN, 2, is_despite_stop=True).is_drawn_now


@pytest.mark.parametrize("decision", ["continue", "collect_more", "inconclusive"])
def test_a_plan_that_goes_on_draws_its_next_wave(company: Company, decision: str) -> None:
    export(company.home, PLAN)
    look = {"plan_id": PLAN, "look_scope": "to_date", "wave_number": 1, "decision": decision}
    publish_again(company, rpt_winback_evaluation=[look])
    assert export(company.home, PLAN, 2).is_drawn_now


def consent(channel: str, granted: str, since: str, until: str | None = None) -> dict[str, object]:
    return {
        "contact_id": "K1", "channel": channel, "is_granted": granted, "valid_from_at": since, "valid_to_at": until,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("consents", "is_told"),
    [
        pytest.param([], True, id="never asked"),
        pytest.param([consent("all", "true", "2025-01-01")], True, id="granted"),
        pytest.param([consent("sms", "false", "2026-01-20")], True, id="of another channel"),
        pytest.param(
            [consent("email", "true", "2025-01-01"), consent("email", "false", "2026-01-20")],
            False,
            id="withdrawn since",
        ),
        pytest.param([consent("email", "true", "2025-01-01"), consent("all", "false", "2026-01-20")], False, id="all"),
        pytest.param([consent("email", "true", "2025-01-01", "2025-12-31")], False, id="run out"),
        pytest.param(
            [consent("email", "false", "2025-01-01"), consent("email", "true", "2025-06-01")], True, id="granted again"
        ),
    ],
)
def test_whoever_withdrew_consent_since_the_list_keeps_the_arm_and_gets_no_message(
    tmp_path: Path, consents: list[dict[str, object]], is_told: bool
) -> None:
    company = Company(tmp_path / "warehouse")
    company.land("crm__contacts", contact("K1", "anna@x.test"))
    for row in consents:
        company.land("marketing__consents", row)
    assert address_of(company, created("anna", "K1")) == ("anna@x.test" if is_told else None)
    (line,) = company.csv("assignments.csv")
    assert (line["arm"], line["reason"]) == ("treatment", "assigned" if is_told else "consent_withdrawn")


def test_files_of_others_are_not_put_away(company: Company) -> None:
    export(company.home, PLAN)
    folder = company.home.folder / "exports" / WAVE_1
    (folder / "sent.log").write_text("all sent", encoding="utf-8")
    (folder / "contacts.csv").unlink()
    with pytest.raises(WinbackError, match=r"holds sent\.log, which no export has written; move it elsewhere first\."):
        export(company.home, PLAN)
    assert (folder / "sent.log").read_text(encoding="utf-8") == "all sent"


def test_the_same_wave_is_the_same_whatever_was_published_since(company: Company, tmp_path: Path) -> None:
    export(company.home, PLAN)
    before, arms = company.bytes(), company.ask(ARMS)
    company.land("crm__contacts", {"contact_id": "K-c001", "email": "new@example.org", "updated_at": "2026-02-01"})
    other = [judged("zoe", 1, plan_id=OTHER_PLAN)]
    company.publish(datetime(2026, 3, 1), rpt_winback_eligibility=other, dim_winback_plans=[plan(OTHER_PLAN)])
    left = export(company.home, PLAN, 1)
    assert not left.written.is_new
    assert company.bytes() == before
    for path in (company.home.folder / "exports" / WAVE_1).iterdir():
        path.unlink()
    made_again = export(company.home, PLAN)
    assert made_again.written.is_new
    assert made_again.budget_amount is None
    assert company.bytes() == before
    export(company.home, PLAN, out=tmp_path / "elsewhere")
    assert {path.name: path.read_bytes() for path in (tmp_path / "elsewhere" / WAVE_1).iterdir()} == before
    assert company.ask(ARMS) == arms


def test_a_file_that_somebody_has_altered_is_made_again(company: Company) -> None:
    export(company.home, PLAN)
    before = company.bytes()
    (company.home.folder / "exports" / WAVE_1 / "contacts.csv").write_text("mine", encoding="utf-8")
    assert export(company.home, PLAN).written.is_new
    assert company.bytes() == before


def test_an_address_that_was_erased_from_raw_is_erased_from_the_files(company: Company) -> None:
    export(company.home, PLAN)
    kept = company.csv("contacts.csv")
    gone = kept[0]["customer_id"]
    company.ask(f"delete from raw.crm__contacts where contact_id = 'K-{gone}'")
    done = export(company.home, PLAN)
    assert done.written.is_new
    assert done.written.erased_count == 1
    assert company.csv("contacts.csv") == kept[1:]
    assert not export(company.home, PLAN).written.is_new


def test_every_export_is_logged(company: Company) -> None:
    done = export(company.home, PLAN)
    export(company.home, PLAN)
    logged = company.ask("""
        select export_id, export_number, is_written, file_name, rows_count, sha256
        from landing.recorded_exports order by all
    """)
    told = [(file.name, file.rows_count, file.sha256) for file in done.written.files]
    assert logged == [(f"{WAVE_1}_e{number}", number, number == 1, *file) for number in (1, 2) for file in told]
    assert {name: files.sha256_of(done.folder / name) for name in FILES} == {name: sha for name, _, sha in told}
    counts = {name: count for name, count, _ in told}
    assert counts["assignments.parquet"] == counts["assignments.csv"] == 20
    assert counts["contacts.csv"] == len(company.csv("contacts.csv"))
    assert company.ask("select count(*) from landing.recorded_exports where release_id = 'release-1'") == [(8,)]


def test_only_the_owner_can_open_the_files(company: Company) -> None:
    folder = export(company.home, PLAN).folder
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_the_parquet_files_hold_the_rows_of_the_csv_files(company: Company) -> None:
    folder = export(company.home, PLAN).folder
    for name in ("contacts", "assignments"):
        rows = pq.read_table(folder / f"{name}.parquet").to_pylist()
        shown = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
        assert shown == company.csv(f"{name}.csv")


CHANNELS = ("email", "sms", "phone", "call", "wechat", "pigeon", None)


def test_a_channel_gets_the_one_address_that_it_needs(tmp_path: Path) -> None:
    company = Company(tmp_path / "warehouse")
    lines = [judged(f"by_{channel}", number, recommended_channel=channel) for number, channel in enumerate(CHANNELS, 1)]
    events = company.contacts(lines)
    company.publish(
        rpt_winback_eligibility=lines,
        dim_winback_plans=[plan(treatment_probability=1.0)],
        fct_customer_events=events,
    )
    export(company.home, PLAN)
    assert {line["channel"]: line["address"] for line in company.csv("contacts.csv")} == {
        "email": "by_email@example.org",
        **{channel: f"86138{len(f'by_{channel}'):05}" for channel in ("sms", "phone", "call", "wechat")},
    }
    told = {line["customer_id"]: (line["arm"], line["reason"]) for line in company.csv("assignments.csv")}
    assert told["by_pigeon"] == ("treatment", "no_address")
    assert told["by_None"] == ("treatment", "no_channel")
    assert told["by_sms"] == ("treatment", "assigned")


def address_of(company: Company, *events: dict[str, object]) -> str | None:
    company.publish(
        rpt_winback_eligibility=[judged("anna", 1)],
        dim_winback_plans=[plan(treatment_probability=1.0)],
        fct_customer_events=list(events),
    )
    export(company.home, PLAN)
    return next((line["address"] for line in company.csv("contacts.csv")), None)


def contact(record_id: str, email: str | None, changed: str | None = None, **further: str) -> dict[str, object]:
    return {"contact_id": record_id, "email": email, "updated_at": changed, **further}


def lead(record_id: str, email: str, **further: str) -> dict[str, object]:
    return {"lead_id": record_id, "email": email, **further}


@pytest.mark.parametrize(
    ("contacts", "leads", "expected"),
    [
        pytest.param([contact("K1", "a@x.test"), contact("K1", "b@x.test")], [], "b@x.test", id="last row"),
        pytest.param(
            [contact("K1", "a@x.test", "2025-02-01"), contact("K1", "b@x.test", "2025-01-01")],
            [],
            "a@x.test",
            id="last",
        ),
        pytest.param(
            [contact("K1", "a@x.test", "2025-01-01"), contact("K2", "b@x.test", "2025-02-01")], [], "b@x.test", id="two"
        ),
        pytest.param([contact("K1", "a@x.test")], [lead("L1", "b@x.test")], "a@x.test", id="contact before lead"),
        pytest.param([contact("K1", " ")], [lead("L1", "b@x.test")], "b@x.test", id="a lead where none has any"),
        pytest.param(
            [contact("K1", "a@x.test"), contact("K1", "a@x.test", "2025-01-01", deleted_at="2025-01-01")],
            [lead("L1", "a@x.test", converted_contact_id="K1")],
            None,
            id="deleted, with what it was before",
        ),
        pytest.param(
            [contact("K1", "a@x.test", merged_into="K2"), contact("K2", "b@x.test", "2020-01-01")],
            [],
            "b@x.test",
            id="merged",
        ),
        pytest.param([contact("K9", "else@x.test")], [], None, id="somebody else's"),
    ],
)
def test_the_address_is_that_of_the_record_that_holds(
    tmp_path: Path, contacts: list[dict[str, object]], leads: list[dict[str, object]], expected: str | None
) -> None:
    company = Company(tmp_path / "warehouse")
    for row in contacts:
        company.land("crm__contacts", row)
    company.land("crm__leads", *leads)
    events = [created("anna", "K1"), created("anna", "K2"), created("anna", "L1", "lead_created")]
    assert address_of(company, *events) == expected


@pytest.mark.parametrize("planted", ["=cmd|' /C calc'!A0", "+8613800001309", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1"])
def test_what_a_spreadsheet_would_compute_is_text_in_csv_and_unaltered_in_parquet(tmp_path: Path, planted: str) -> None:
    company = Company(tmp_path / "warehouse")
    company.land("crm__contacts", contact("K1", planted))
    assert address_of(company, created("anna", "K1")) == f"'{planted}"
    parquet = company.home.folder / "exports" / WAVE_1 / "contacts.parquet"
    assert pq.read_table(parquet)["address"].to_pylist() == [planted]


def test_csv_is_quoted_and_every_text_defused(tmp_path: Path) -> None:
    company = Company(tmp_path / "warehouse")
    company.land("crm__contacts", contact("K1", 'a "b", c\n@x.test'))
    line = judged("anna", 1, offer_id="=offer", recommended_channel="email")
    company.publish(
        rpt_winback_eligibility=[line, judged("=out", None, is_eligible=False, exclusion_reasons="-rule")],
        dim_winback_plans=[plan(treatment_probability=1.0)],
        fct_customer_events=[created("anna", "K1")],
    )
    export(company.home, PLAN)
    text = company.bytes()["contacts.csv"].decode()
    assert text == (
        "customer_id,channel,address,weekday_utc,hour_utc,offer_id,campaign_id\r\n"
        f'anna,email,"a ""b"", c\n@x.test",2,19,\'=offer,{WAVE_1}\r\n'
    )
    assert company.bytes()["assignments.csv"].decode().splitlines()[2] == "'=out,,,coupon_50,,'-rule"


def test_a_wave_is_recorded_whole_or_not_at_all(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = recording.append

    def broken(connection: duckdb.DuckDBPyConnection, table: str, rows: object) -> None:
        if table == "recorded_judgements":
            raise duckdb.IOException("the disk is full")
        whole(connection, table, rows)

    monkeypatch.setattr(recording, "append", broken)
    with pytest.raises(duckdb.IOException, match="the disk is full"):
        export(company.home, PLAN)
    assert company.ask("select count(*) from landing.recorded_assignments") == [(0,)]
    assert list((company.home.folder / "exports").iterdir()) == []


MOMENTS = {  # where an export is killed -> whether the wave is recorded by then, whether the files are shown
    "orchestration.winback.recording:append:2": (False, False),
    "orchestration.winback.recording:members_of:1": (True, False),
    "orchestration.winback.files:write_csv:2": (True, False),
    "orchestration.winback.files:_close_off:1": (True, False),
    "orchestration.winback.files:_sync:6": (True, True),
    "orchestration.winback.recording:append:3": (True, True),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_nothing_is_half_there_and_the_next_export_completes_it(
    company: Company, tmp_path: Path, moment: str
) -> None:
    undisturbed = ready(tmp_path / "undisturbed")
    export(undisturbed.home, PLAN)
    script = Path(__file__).with_name("killed_export.py")
    command = [sys.executable, str(script), str(company.home.folder), PLAN, moment]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    is_recorded, is_shown = MOMENTS[moment]
    tables = ("recorded_assignments", "recorded_judgements", "recorded_exports")
    counts = [company.ask(f"select count(*) from landing.{table}")[0][0] for table in tables]
    assert counts == ([8, 20, 0] if is_recorded else [0, 0, 0])
    folder = company.home.folder / "exports" / WAVE_1
    assert folder.exists() == is_shown
    export(company.home, PLAN)
    assert company.bytes() == undisturbed.bytes()
    assert company.ask(ARMS) == undisturbed.ask(ARMS)
    assert [path.name for path in folder.parent.iterdir()] == [WAVE_1]


def test_it_does_not_meet_a_run_in_the_working_database(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    with FileLock(company.home.writer_lock, timeout=0):
        code, told = lifecycle(monkeypatch, company, "export", PLAN)
    assert (code, told) == (1, "A run is writing this warehouse; try again when it has ended.\n")
    assert company.ask("select count(*) from landing.recorded_assignments") == [(0,)]
    assert lifecycle(monkeypatch, company, "export", PLAN)[0] == 0
    with FileLock(company.home.writer_lock, timeout=0):
        pass


def refusal(company: Company, *arguments: object, **options: object) -> str:
    with pytest.raises(WinbackError) as refused:
        export(company.home, *arguments, **options)
    assert company.ask("select count(*) from landing.recorded_exports") == [(0,)]
    return str(refused.value)


def test_a_plan_that_is_not_known_is_told_with_the_likeliest(company: Company) -> None:
    assert refusal(company, "winback_206") == (
        f"There is no plan 'winback_206'; did you mean '{PLAN}'? Use one of {PLAN}."
    )


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (2, "Wave 2 is not the next one; draw wave 1 first, with --wave 1."),
        (4, f"Plan '{PLAN}' has 3 waves, so there is no wave 4;"),
    ],
)
def test_waves_are_drawn_in_their_order(company: Company, number: int, told: str) -> None:
    assert refusal(company, PLAN, number).startswith(told)


def test_the_list_of_another_plan_is_not_drawn_from(company: Company) -> None:
    company.publish(rpt_winback_eligibility=customers(3), dim_winback_plans=[plan(), plan(OTHER_PLAN)])
    assert refusal(company, OTHER_PLAN).startswith(f"The published list is for {PLAN}, so nobody can be drawn")


def test_an_empty_wave_is_not_drawn(company: Company) -> None:
    out = [judged("anna", None, is_eligible=False, exclusion_reasons="low_value")]
    company.publish(rpt_winback_eligibility=out, dim_winback_plans=[plan()])
    assert refusal(company, PLAN).startswith(
        "Nobody is left to draw for wave 1: of 1 customers judged none is eligible"
    )
    assert company.ask(ARMS) == []


def test_a_release_that_looks_back_draws_no_later_wave(company: Company) -> None:
    export(company.home, PLAN)
    company.publish(AS_OF - timedelta(days=1), rpt_winback_eligibility=customers(20), dim_winback_plans=[plan()])
    with pytest.raises(WinbackError, match="looks back to 2026-01-04 00:00:00, before wave 1 was drawn as of"):
        export(company.home, PLAN, 2)


def test_without_a_publication_the_remedy_is_a_run(tmp_path: Path) -> None:
    company = Company(tmp_path / "warehouse")
    assert refusal(company, PLAN).endswith("yet; `lifecycle run` publishes.")


def test_a_release_without_the_marts_is_told(company: Company) -> None:
    with company.working() as connection:
        connection.execute("drop table marts.dim_winback_plans")
        shown = company.home.published_database
    with duckdb.connect(str(shown)) as connection:
        connection.execute("drop table dim_winback_plans")
    assert refusal(company, PLAN) == (
        "Release release-1 lacks the plans and the list of win-back; `lifecycle run` makes them."
    )


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_recorded(company: Company) -> None:
    (company.home.folder / "exports").write_text("no folder", encoding="utf-8")
    assert "cannot be written" in refusal(company, PLAN)
    assert "--out" in refusal(company, PLAN)
    assert company.ask(ARMS) == []


def test_an_earlier_release_shown_again_changes_no_wave(company: Company) -> None:
    company.publish(rpt_winback_eligibility=customers(4), dim_winback_plans=[plan()])
    export(company.home, PLAN)
    before = company.bytes()
    show_release(company.home, "release-1")
    export(company.home, PLAN)
    assert company.bytes() == before


def test_the_summary_tells_arms_value_cost_budget_and_files(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = lifecycle(monkeypatch, company, "export", PLAN)
    treated = len(company.csv("contacts.csv"))
    assert code == 0
    assert f"{WAVE_1}, drawn: 8 of 20 customers judged, as of {AS_OF} UTC." in told
    assert f"  treatment:          {treated} customers, all with an address" in told
    assert f"  control:            {8 - treated} customers, to be left alone" in told
    assert f"  expected net value: {treated * 100.5:.2f}" in told
    assert f"  expected cost:      {treated * 12.25:.2f}" in told
    assert f"  budget left:        {500 - treated * 12.25:.2f} of 500.00" in told
    assert all(name in told for name in FILES)
    again = lifecycle(monkeypatch, company, "export", PLAN, "--wave", "1")[1]
    assert f"Files unaltered in {company.home.folder / 'exports' / WAVE_1}, logged as {WAVE_1}_e2" in again
