"""The pages for readers: every query gives the table printed below it, every link leads to a file."""

from __future__ import annotations

import csv
import gzip
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from building import CompiledProject
from conftest import lifecycle
from pages import DOCS, TUTORIAL, Example, blocks_of, chapter, examples_of, printed, table_of

from orchestration.dictionary.checks import find_faults
from orchestration.dictionary.tables import read_dictionary
from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import (
    DICTIONARY_FOLDER,
    PROJECT_FOLDER,
    PUBLISHED_DATABASE_NAME,
    SAMPLE_COMPANY,
    WarehouseHome,
)
from orchestration.publishing.release import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("sample")

QUOTED_ROW = re.compile(r"`(?P<file>[\w/-]+\.csv(?:\.gz)?)`|row\s+(?P<row>\d+)\s+is\s+`(?P<text>[^`]+)`")
LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")
STAGE_LINE = re.compile(r"^ (?P<stage>\w+) +\w+ +(?P<customers>[\d,]+) *$", re.MULTILINE)
RELEASED = re.compile(r"as of .*?(?P<tables>\d+) tables, (?P<rows>[\d,]+) rows")
THRESHOLD, OWN_EXTRACT = "Change a threshold", "Your own extract"
WINBACK = "Win customers back, from the list to the verdict"


def examples() -> list[tuple[str, Example]]:
    """Return the name and the example of every printed table that the sample company's first release answers."""
    pages = {
        page.stem: page.read_text(encoding="utf-8") for page in [TUTORIAL, *sorted((DOCS / "metrics").glob("*.md"))]
    }
    for title in (THRESHOLD, OWN_EXTRACT):
        pages["tutorial"] = pages["tutorial"].replace(chapter(title), "")
    return [
        (f"{name}-{number}", example)
        for name, text in pages.items()
        for number, example in enumerate(examples_of(text), start=1)
        if example.header
    ]


def pages_with_links() -> list[Path]:
    return [PROJECT_FOLDER / "README.md", PROJECT_FOLDER / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def stages_told(text: str) -> dict[str, int]:
    """Return the customers of each stage in what a run prints."""
    return {match["stage"]: int(match["customers"].replace(",", "")) for match in STAGE_LINE.finditer(text)}


@pytest.mark.parametrize("example", [pytest.param(example, id=name) for name, example in examples()])
def test_the_printed_table_is_what_the_query_gives(example: Example, query: Callable[..., list[tuple]]) -> None:
    assert example.header == [row[0] for row in query(f"describe {example.sql}")]
    assert example.rows == printed(query(example.sql))


def test_the_tutorial_answers_at_least_five_questions() -> None:
    assert sum(name.startswith("tutorial") for name, _ in examples()) >= 5


def test_the_printed_summaries_are_what_the_run_tells(sample_run: tuple[WarehouseHome, str]) -> None:
    home, told = sample_run
    readme = (PROJECT_FOLDER / "README.md").read_text(encoding="utf-8")
    for page in (readme, chapter("Run it")):
        (summary,) = (block for block in blocks_of(page) if "Customers by stage" in block)
        assert stages_told(summary).items() <= stages_told(told).items()
        assert [
            line for line in summary.splitlines() if line.startswith(("Files:", "Rows:")) and line not in told
        ] == []
    assert stages_told(chapter("Run it")) == stages_told(told)
    tables = Manifest.read(home.published).tables
    released = RELEASED.search(chapter("Go back"))
    assert released
    assert int(released["tables"]) == len(tables)
    rows_of_runs = sum(tables[name].rows_count for name in MARTS_OF_RUNS)  # as many as there are checks
    others = sum(table.rows_count for table in tables.values()) - rows_of_runs
    assert 0.8 < (int(released["rows"].replace(",", "")) - others) / rows_of_runs < 1.25


def test_the_figures_are_those_that_their_scripts_draw(sample_run: tuple[WarehouseHome, str], tmp_path: Path) -> None:
    home, _ = sample_run
    for script in sorted((DOCS / "figures").glob("*.py")):
        copy = tmp_path / script.name
        figure = runpy.run_path(str(script))
        if "EXTRACT" in figure:  # drawn of a public extract, see test_real_extracts
            continue
        figure["draw"](home.published_database, copy.with_suffix(".svg"))
        assert copy.with_suffix(".svg").read_bytes() == script.with_suffix(".svg").read_bytes(), script.name


@pytest.mark.parametrize("page", pages_with_links(), ids=lambda page: str(page.relative_to(PROJECT_FOLDER)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [match["target"].strip() for match in LINK.finditer(page.read_text(encoding="utf-8"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def typed(command: str, folder: Path) -> str:
    """Return what a command of the tutorial prints in a folder; Git sees no repository around it."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def changed_dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dictionary in which the threshold is changed as the tutorial types it."""
    root = tmp_path_factory.mktemp("changed")
    folder = root / DICTIONARY_FOLDER.relative_to(PROJECT_FOLDER)
    shutil.copytree(DICTIONARY_FOLDER, folder)
    (command,) = (block for block in blocks_of(chapter(THRESHOLD)) if block.startswith("git apply"))
    typed(command, root)
    return folder


@pytest.fixture(scope="module")
def both_releases(
    sample_run: tuple[WarehouseHome, str], changed_dictionary: Path, tmp_path_factory: pytest.TempPathFactory
) -> WarehouseHome:
    """The sample's release, and one with what the changed rule makes different, built again without a run."""
    sample, home = sample_run[0], WarehouseHome(tmp_path_factory.mktemp("both") / "warehouse")
    earlier, later = (home.releases / name / PUBLISHED_DATABASE_NAME for name in ("1", "2"))
    for path in (earlier, later):
        path.parent.mkdir(parents=True)
    shutil.copy(sample.published_database, earlier)
    shutil.copy(sample.working_database, home.working_database)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; set default_null_order = 'nulls_first_on_asc_last_on_desc'")
        connection.execute(f"attach '{home.working_database}' as working; attach '{later}' as later")
        rebuild(connection, CompiledProject.of(sample), changed_dictionary / "stage_rules.csv")
        for mart in ("dim_customers", "fct_orders", "rpt_restatements"):
            connection.execute(f"create table later.{mart} as select * from working.marts.{mart}")
    home.published.symlink_to(later.parent)
    return home


def rebuild(connection: duckdb.DuckDBPyConnection, project: CompiledProject, stage_rules: Path) -> None:
    """Load the rules and build again all that depends on them, one second later."""
    rules = project.relation("stage_rules")
    connection.execute(f"delete from {rules}")
    connection.execute(f"insert into {rules} by name select * from read_csv('{stage_rules}', all_varchar = true)")
    connection.execute(
        f"update {project.relation('int_build_clocks_resolved')} set known_at = known_at + interval 1 second"
    )
    stale = {"stage_rules", "int_month_publications_found"}
    for name in project.read_by("dim_customers", "rpt_restatements"):
        node = project.nodes[name]
        if (stale & node["reads"] or name in stale) and node["resource_type"] == "model":
            stale.add(name)
            project.build(connection, name)


def released(home: WarehouseHome, sql: str) -> list[tuple]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_threshold_is_changed_in_the_cells_that_the_tutorial_lists(changed_dictionary: Path) -> None:
    now, then = (
        list(csv.DictReader((folder / "stage_rules.csv").open(encoding="utf-8", newline="")))
        for folder in (DICTIONARY_FOLDER, changed_dictionary)
    )
    changed = [
        [column, before[column], after[column]]
        for before, after in zip(now, then, strict=True)
        for column in before
        if before[column] != after[column]
    ]
    _, listed = table_of(re.search(r"(\|[^\n]*\n)+", chapter(THRESHOLD))[0])
    assert changed == listed
    assert find_faults(read_dictionary(changed_dictionary)) == []


def test_the_orders_alone_name_whom_the_threshold_moves(both_releases: WarehouseHome) -> None:
    named_by = examples_of(chapter(THRESHOLD))[0].sql
    stages = "select customer_id, lifecycle_stage from dim_customers"
    named = {customer for (customer,) in released(both_releases, named_by)}
    with duckdb.connect(str(both_releases.releases / "1" / PUBLISHED_DATABASE_NAME), read_only=True) as connection:
        before = dict(connection.execute(stages).fetchall())
    after = dict(released(both_releases, stages))
    assert before.keys() == after.keys()
    assert named == {customer for customer in before if before[customer] != after[customer]}
    assert f"It names {len(named)} customers." in chapter(THRESHOLD)


def test_the_releases_before_and_after_the_threshold_differ_as_printed(both_releases: WarehouseHome) -> None:
    blocks = blocks_of(chapter(THRESHOLD))
    (place,) = (number for number, block in enumerate(blocks) if block.startswith(".venv/bin/python"))
    command = blocks[place].replace(".venv/bin/python", sys.executable)
    assert typed(command, both_releases.folder.parent) == blocks[place + 1]
    found = dict(released(both_releases, "select lifecycle_stage, count(*) from dim_customers group by all"))
    found["known"] += 1  # the lead that the chapter before has added
    assert {stage: count for stage, count in stages_told(chapter(THRESHOLD)).items() if count} == found


def test_the_restatements_after_the_threshold_are_as_printed(both_releases: WarehouseHome) -> None:
    example = examples_of(chapter(THRESHOLD))[1]
    assert example.header == [row[0] for row in released(both_releases, f"describe {example.sql}")]
    assert example.rows == printed(released(both_releases, example.sql))


def test_the_winback_chapter_prints_what_its_commands_tell(
    sample_run: tuple[WarehouseHome, str], tmp_path: Path
) -> None:
    home = tmp_path / "warehouse"
    shutil.copytree(sample_run[0].folder, home, symlinks=True)
    blocks = blocks_of(chapter(WINBACK))
    for command, told in zip(blocks[::2], blocks[1::2], strict=True):
        program, *arguments = command.split()
        assert program == ".venv/bin/lifecycle"
        done = lifecycle(*arguments, home=home)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = [line.rstrip() for line in done.stdout.splitlines()]
        assert [line for line in told.splitlines() if line != "..." and line not in lines] == []


def test_the_quoted_source_rows_are_in_the_sample_company() -> None:
    page = (DOCS / "metrics" / "winback_eligibility.md").read_text(encoding="utf-8")
    file, found = "", 0
    for match in QUOTED_ROW.finditer(page):
        if match["file"]:
            file = match["file"]
            continue
        path = SAMPLE_COMPANY / file
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert text.decode("utf-8-sig").splitlines()[int(match["row"])] == match["text"]
        found += 1
    assert found == 4
