"""Faults composed at random: nothing is lost, nobody sees a traceback, and a file hurts no other."""

from __future__ import annotations

import json
import math
import os
import random
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from faulty_files import CASES_A_PASS, TABLES, Case, Offer, RefusedError, good_texts, make_case, read_json, verdict

from expectations.contract import load_contract
from orchestration.landing.inspection import format_of_name
from orchestration.landing.mapping import MappingError, load_mapping
from orchestration.landing.refusal import printable

if TYPE_CHECKING:
    from conftest import Landing

    from orchestration.landing.report import FileOutcome

CI_PASSES = 1
SLOW_PASSES = 42  # of 500 files each
LONGEST_MESSAGE = 4_000


def told_name(case: Case) -> str:
    """Return the name of a case's file as landing writes it."""
    return os.fsencode(case.name).decode(errors="backslashreplace")


class Pass:
    """A landing folder full of cases, and what became of each."""

    def __init__(self, landing: Landing, cases: list[Case]) -> None:
        self.landing = landing
        self.cases = cases
        for case in cases:
            self.landing.put(case.name, case.content)
        self.good = [self.put_good_file(table_id) for table_id in TABLES]
        report = self.landing.land()
        self.outcomes = {outcome.name: outcome for outcome in report.files}
        self.unrecognised = report.unrecognised
        assert len(self.outcomes) == len(report.files)
        self.raw = self.landed_rows()
        self.quarantine = self.quarantined_rows()

    def put_good_file(self, table_id: str) -> str:
        columns = load_contract().tables[table_id].columns
        line = ",".join('"' + good_texts(column)[0] + '"' for column in columns)
        name = f"{table_id.replace('.', '/')}/good.csv"
        self.landing.put(name, ",".join(column.name for column in columns) + f"\n{line}\n{line}\n")
        return name

    def landed_rows(self) -> dict[str, dict[int, dict[str, str | None]]]:
        found: dict[str, dict[int, dict[str, str | None]]] = defaultdict(dict)
        for table_id in TABLES:
            result = self.landing.connection.execute(f"from raw.{load_contract().tables[table_id].raw_name}")
            names = [column[0] for column in result.description]
            for values in result.fetchall():
                row = dict(zip(names, values, strict=True))
                assert row["_source_row"] not in found[row["_source_file"]], "a row was landed twice"
                found[row["_source_file"]][row["_source_row"]] = row
        return found

    def quarantined_rows(self) -> dict[str, dict[int, tuple[str, list[str]]]]:
        found: dict[str, dict[int, tuple[str, list[str]]]] = defaultdict(dict)
        for file, row, text, reasons in self.landing.quarantine("source_file, source_row, row_text, reasons"):
            assert row not in found[file], "a row was put aside twice"
            found[file][row] = (text, reasons)
        return found

    def check(self) -> None:
        """Hold what became of every file against what it offers."""
        for name in self.good:
            assert self.outcomes[name].landed_count == 2, self.outcomes[name]
            assert len(self.raw[name]) == 2
        offers = 0
        for case in self.cases:
            try:
                offers += self.check_case(case)
            except AssertionError as error:
                raise AssertionError(f"{case}: {error}") from error
        landed, aside = sum(map(len, self.raw.values())), sum(map(len, self.quarantine.values()))
        assert landed + aside == offers + 2 * len(self.good)

    def check_case(self, case: Case) -> int:
        """Check one file and return how many rows of it are in the warehouse now."""
        name = told_name(case)
        if format_of_name(name) is None:
            assert printable(name) in self.unrecognised
            assert not self.raw[name]
            return 0
        outcome = self.outcomes[name]
        if outcome.status == "skipped":
            twins = [other for other in self.cases if other.content == case.content and other.table is case.table]
            assert len(twins) > 1
            assert "its content is that of " in outcome.message
            return 0
        try:
            offer = Offer.of(case)
        except RefusedError as refusal:
            self.check_refused(name, outcome, refusal)
            return 0
        assert outcome.status == "landed", outcome.message
        assert outcome.rows_count == len(offer.rows) == outcome.landed_count + outcome.quarantined_count
        assert (outcome.landed_count, outcome.quarantined_count) == (len(self.raw[name]), len(self.quarantine[name]))
        for number, row in enumerate(offer.rows, start=1):
            assert (number in self.raw[name]) != (number in self.quarantine[name]), f"row {number}"
            self.check_row(case, number, row)
        return len(offer.rows)

    def check_refused(self, name: str, outcome: FileOutcome, refusal: RefusedError) -> None:
        assert outcome.status == "refused", f"landed, yet it must be refused: {refusal}"
        assert not self.raw[name]
        assert not self.quarantine[name]
        message = outcome.message
        assert message.startswith(printable(name))
        assert message.isprintable()
        assert "Traceback" not in message
        assert "INTERNAL" not in message
        assert len(message) < LONGEST_MESSAGE
        assert message.endswith(".")
        assert ". " in message.removeprefix(printable(name)), "no remedy"
        if refusal.line:
            assert f", line {refusal.line}" in message, f"{message}: not line {refusal.line}"

    def check_row(self, case: Case, number: int, row: dict[str, object] | list[str] | None) -> None:
        name = told_name(case)
        verdicts = self.verdicts(case, row)
        if number in self.raw[name]:
            assert "bad" not in verdicts, f"row {number} was landed: {row}"
            landed = self.raw[name][number]
            extra = json.loads(landed["_extra"] or "{}", parse_float=str, parse_int=str)
            assert set(extra) == set(row).difference(case.table.column_names)
            for column, value in row.items():
                text = landed[column] if column in case.table.column_names else extra[column]
                assert is_same(text, value), f"row {number}, {column}: {value!r} became {text!r}"
            return
        text, reasons = self.quarantine[name][number]
        assert reasons
        assert all(reasons)
        assert verdicts != {"good"}, f"row {number} was put aside: {reasons}"
        if isinstance(row, dict):
            kept = json.loads(text)
            assert set(kept) == set(row)
            for column, value in row.items():
                assert is_same(kept[column], value), f"row {number}, {column}: {value!r} became {kept[column]!r}"
        elif row is not None:
            assert all(field.replace('"', '""') in text or field in text for field in row), (row, text)

    @staticmethod
    def verdicts(case: Case, row: dict[str, object] | list[str] | None) -> set[str]:
        if not isinstance(row, dict):
            return {"bad"}
        return {verdict(column, as_text(row[column.name])) for column in case.table.columns if column.name in row} | {
            "good"
        }


def as_text(value: object) -> str | None:
    """Return an offered value as text, where it is a plain one."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else value if isinstance(value, str) else f"{value}"


def is_same(text: str | None, value: object) -> bool:
    """Return whether a landed text says what was offered."""
    if isinstance(value, float):
        return text is not None and (float(text) == value or math.isnan(value))
    if isinstance(value, (dict, list)):
        return text is not None and read_json(text) == value
    return text == as_text(value)


def run_pass(landing: Landing, number: int) -> None:
    cases = [make_case(case) for case in range(number * CASES_A_PASS, (number + 1) * CASES_A_PASS)]
    Pass(landing, cases).check()


@pytest.mark.parametrize("number", range(CI_PASSES))
def test_no_row_is_lost_and_every_refusal_is_told(landing, number):
    run_pass(landing, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CI_PASSES, SLOW_PASSES))
def test_no_row_is_lost_in_many_more(landing, number):
    run_pass(landing, number)


MAPPING = """files:
  - pattern: "*.csv"
    delimiter: ","
    encoding: utf-8
    tables:
      crm.leads:
        where: "kind = 'lead'"
        columns: {lead_id: id, created_at: day, name: "upper(who)"}
        constants: {source: web}
        date_formats: {created_at: "%d/%m/%Y"}
      crm.contacts:
        where: "kind is distinct from 'lead'"
        one_row_per: [contact_id]
        columns: {contact_id: id, created_at: day}
"""
MAPPED_ROWS = "id,day,who,kind\n1,01/02/2024,Ann,lead\n2,2024-02-01,Zoë,contact\n2,x,Bob,\n"
VALUES = (
    '"*.csv"',
    '","',
    "utf-8",
    "\"kind = 'lead'\"",
    "id",
    "day",
    '"upper(who)"',
    "web",
    '"%d/%m/%Y"',
    "contact_id",
)
SNIPPETS = (
    *(
        "'",
        '"',
        ":",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "- ",
        "\n",
        "\t",
        "#",
        "&a ",
        "*a",
        "!!binary ",
        "|",
        "<<: ",
        "~",
        "%",
        "\0",
    ),
    *(
        "id",
        "unnest([id])",
        "$1",
        "(select 1)",
        "count(*)",
        "1/0",
        "who::int",
        "error('x')",
        "*",
        "null",
        "crm.deals",
        "é",
    ),
    *(
        "utf-16",
        "base64",
        "idna",
        "undefined",
        "tables",
        "columns",
        "where",
        "pattern",
        '"\\ud800"',
        "now()",
        "--",
        "/*",
        ";",
    ),
)


def spoilt(text: str, chance: random.Random) -> str:
    """Put a few faults into a text: values exchanged, or something put in, left out or doubled."""
    for _ in range(chance.choice([1, 1, 2, 3])):
        value, snippet = chance.choice(VALUES), chance.choice(SNIPPETS)
        if chance.random() < 0.8:
            text = text.replace(value, json.dumps(snippet) if chance.random() < 0.8 else snippet, 1)
            continue
        at, length = chance.randrange(len(text) + 1), chance.choice([0, 1, 3, 10])
        text = text[:at] + chance.choice([snippet, "", text[at : at + length] * 2]) + text[at + length :]
    return text


def check_mapping(landing: Landing, number: int) -> bool:
    """Land by a spoilt mapping and return whether it could be read."""
    text = spoilt(MAPPING, random.Random(f"mapping {number}"))
    path = landing.folder.parent / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    try:
        mappings = load_mapping(path)
    except MappingError as error:
        if not str(error).startswith(str(path)):
            raise
        return False
    report = landing.land(mappings)
    for outcome in report.files:
        if outcome.status == "landed":
            assert outcome.rows_count == outcome.landed_count + outcome.quarantined_count
        elif outcome.status == "refused":
            assert outcome.message.startswith("a.csv")
            assert outcome.message.endswith(".")
    assert report.unrecognised == ([] if report.files else ["a.csv"])
    return True


def check_mappings(landing: Landing, numbers: range) -> int:
    """Return how many of the spoilt mappings could be read."""
    landing.put("a.csv", MAPPED_ROWS)
    readable = 0
    for number in numbers:
        try:
            readable += check_mapping(landing, number)
        except Exception as error:
            raise AssertionError(f"mapping {number}: {type(error).__name__}: {error}") from error
    return readable


def test_a_spoilt_mapping_is_told_or_does_what_it_says(landing):
    assert check_mappings(landing, range(60))


@pytest.mark.slow
def test_many_more_spoilt_mappings(landing):
    assert check_mappings(landing, range(60, 3_000))
