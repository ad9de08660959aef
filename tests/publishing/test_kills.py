"""Whoever is killed while auditing, publishing or rolling back: readers see a whole release, the next run finishes."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from test_release import manifest

from expectations.contract import load_contract
from orchestration.home import KEPT_RELEASES, PROJECT_FOLDER, WarehouseHome
from orchestration.landing.ledger import prepare_tables
from orchestration.publishing.release import Manifest, current_manifest, release_ids, write_release

LONG_AGO = (0, 0)
RANDOM_KILLS = [3, pytest.param(20, marks=pytest.mark.slow)]


class Killed:
    """A process that does what it is told in children of its own."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("killed_publishing.py")
        environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.process.stdout.readline()

    def __call__(self, what: str, home: WarehouseHome, step: int = 0, seconds: float = 0.0) -> tuple[int, list[str]]:
        """Do it, perhaps killed; return the exit code and the steps taken."""
        self.process.stdin.write(f"{what}\t{home.folder}\t{step}\t{seconds}\n")
        self.process.stdin.flush()
        code, _, steps = self.process.stdout.readline().rstrip("\n").partition("\t")
        return int(code), steps.split("|")[:-1]


@pytest.fixture(scope="module")
def killed() -> Killed:
    killed = Killed()
    yield killed
    killed.process.stdin.close()
    killed.process.wait()


def build(home: WarehouseHome, version: int, rows: int = 3_000) -> None:
    """Put what a build leaves into the working database; a file more has been landed for each version."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.working_database)) as connection:
        prepare_tables(connection, load_contract())
        connection.execute(f"""
            create schema if not exists marts;
            create schema if not exists intermediate;
            create schema if not exists dictionary;
            create or replace table intermediate.int_build_clocks_resolved as
                select timestamp '2026-01-01' as as_of, timestamp '2026-01-01' + interval '{version} hour' as known_at;
            create or replace table dictionary.stage_rules as
                select 'customer' as lifecycle_id, 'identified' as rule_id, 1 as rule_version;
            create or replace table marts.fct_stage_transitions as
                select {version} || '-' || range as transition_id, 'customer' as lifecycle_id, 'ann' as entity_id,
                    'known' as to_stage, 'identified' as rule_id, range::integer as move_number,
                    1 as rule_version, timestamp '2025-01-01' as occurred_at
                from range({rows});
            create or replace table marts.fct_orders as
                select {version} as version, range as order_id from range({rows});
            insert into landing.files (content_hash, mapping_name, status) values ('{version}', 'crm.leads', 'landed');
        """)


@pytest.fixture(scope="module")
def before(killed: Killed, tmp_path_factory: pytest.TempPathFactory) -> WarehouseHome:
    """A warehouse with as many releases as are kept, and a build of the next one, audited."""
    home = WarehouseHome(tmp_path_factory.mktemp("before") / "warehouse")
    for version in range(1, KEPT_RELEASES + 1):
        build(home, version, rows=10)
        assert killed("audit", home)[0] == killed("publish", home)[0] == 0
    for name in release_ids(home):
        os.utime(home.releases / name, LONG_AGO)
    build(home, KEPT_RELEASES + 1)
    assert killed("audit", home)[0] == 0
    return home


def copied(home: WarehouseHome, folder: Path) -> WarehouseHome:
    shutil.rmtree(folder, ignore_errors=True)
    return WarehouseHome(Path(shutil.copytree(home.folder, folder, symlinks=True)))


def seen_by_readers(home: WarehouseHome) -> Manifest | None:
    """Return what readers see, after looking at every row and byte of it."""
    shown = current_manifest(home)
    if shown is None:
        assert not home.published.exists()
        return None
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        assert tables == set(shown.tables)
        for name, table in shown.tables.items():
            parquet = home.published / "parquet" / f"{name}.parquet"
            assert hashlib.sha256(parquet.read_bytes()).hexdigest() == table.parquet_sha256
            assert connection.execute(f"select count(*) from {name}").fetchone() == (table.rows_count,)
            differing = f"(from {name} except all from '{parquet}') union all (from '{parquet}' except all from {name})"
            assert connection.execute(differing).fetchall() == []
    assert (home.published / "data_docs.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    return shown


def kept(home: WarehouseHome) -> dict[str, object]:
    """Return all that a publication leaves, but for its instants."""
    shown = seen_by_readers(home)
    assert shown is not None
    with duckdb.connect(str(home.working_database)) as connection:
        told = {
            name: connection.execute(f"select * exclude ({instants}) from {name} order by all").fetchall()
            for name, instants in (
                ("landing.recorded_transitions", "recorded_at"),
                ("landing.recorded_publications", "release_id"),
                ("audit.published_tables", "meaning"),
            )
        }
    fingerprints = [Manifest.read(home.releases / name).input_fingerprint for name in release_ids(home)]
    leftovers = [path.name for path in home.releases.glob(".*")] + [path.name for path in home.folder.glob(".*")]
    logs = [str(path) for path in home.folder.rglob("*.wal")]
    return {"shown": shown.tables, "releases": fingerprints, "leftovers": leftovers + logs} | told


@pytest.fixture(scope="module")
def undisturbed(
    killed: Killed, before: WarehouseHome, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, object], list[str], float]:
    """What an undisturbed publication leaves, the steps that it takes, and how long."""
    home = copied(before, tmp_path_factory.mktemp("undisturbed") / "warehouse")
    began = time.monotonic()
    code, steps = killed("publish", home)
    assert code == 0
    return kept(home), steps, time.monotonic() - began


def check_and_finish(killed: Killed, home: WarehouseHome, before: WarehouseHome, expected: dict[str, object]) -> None:
    old, shown = current_manifest(before), seen_by_readers(home)
    assert shown == old or (shown is not None and shown.tables == expected["shown"])
    assert killed("publish", home)[0] == 0
    assert kept(home) == expected


def telling_steps(steps: list[str]) -> list[int]:
    """Return the number of each step but the openings, of which the first of each file is enough."""
    return [n for n, step in enumerate(steps, 1) if not step.startswith("open") or steps.index(step) == n - 1]


def test_an_undisturbed_publication_shows_records_and_prunes(
    undisturbed: tuple[dict[str, object], list[str], float],
) -> None:
    left, steps, _ = undisturbed
    assert len(left["landing.recorded_publications"]) == KEPT_RELEASES + 1
    assert len(left["releases"]) == KEPT_RELEASES
    assert left["leftovers"] == []
    assert {step.partition(" ")[0] for step in steps} >= {"os.rename", "os.symlink", "os.mkdir", "os.remove"}


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_before_any_step_of_a_publication(
    killed: Killed,
    before: WarehouseHome,
    undisturbed: tuple[dict[str, object], list[str], float],
    tmp_path: Path,
    every: int,
) -> None:
    expected, steps, _ = undisturbed
    for number in telling_steps(steps)[::every]:
        home = copied(before, tmp_path / "warehouse")
        assert killed("publish", home, step=number)[0] == -signal.SIGKILL, steps[number - 1]
        check_and_finish(killed, home, before, expected)


@pytest.mark.parametrize("kills", RANDOM_KILLS)
def test_killed_at_any_moment_of_a_publication(
    killed: Killed,
    before: WarehouseHome,
    undisturbed: tuple[dict[str, object], list[str], float],
    tmp_path: Path,
    kills: int,
) -> None:
    expected, _, seconds = undisturbed
    chance = random.Random(kills)
    made = 0
    while made < kills:  # one that came too late is none
        home = copied(before, tmp_path / "warehouse")
        made += killed("publish", home, seconds=chance.uniform(0.01, seconds))[0] == -signal.SIGKILL
        check_and_finish(killed, home, before, expected)


@pytest.mark.parametrize("kills", RANDOM_KILLS)
def test_killed_at_any_moment_of_an_audit(
    killed: Killed,
    before: WarehouseHome,
    undisturbed: tuple[dict[str, object], list[str], float],
    tmp_path: Path,
    kills: int,
) -> None:
    expected, _, _ = undisturbed
    unaudited = copied(before, tmp_path / "unaudited")
    with duckdb.connect(str(unaudited.working_database)) as connection:
        connection.execute("delete from audit.published_tables")
    home = copied(unaudited, tmp_path / "warehouse")
    began = time.monotonic()
    assert killed("audit", home)[0] == 0
    seconds = time.monotonic() - began
    chance = random.Random(kills)
    made = 0
    while made < kills:
        home = copied(unaudited, tmp_path / "warehouse")
        made += killed("audit", home, seconds=chance.uniform(0.01, seconds))[0] == -signal.SIGKILL
        assert seen_by_readers(home) == current_manifest(before)
        assert killed("audit", home)[0] == 0
        check_and_finish(killed, home, before, expected)


def test_killed_while_the_first_release_is_published(killed: Killed, tmp_path: Path) -> None:
    first = WarehouseHome(tmp_path / "first")
    build(first, 1, rows=10)
    assert killed("audit", first)[0] == 0
    home = copied(first, tmp_path / "warehouse")
    _, steps = killed("publish", home)
    expected = kept(home)
    for number in [n for n, step in enumerate(steps, 1) if step.startswith(("os.rename", "os.symlink"))]:
        home = copied(first, tmp_path / "warehouse")
        assert killed("publish", home, step=number)[0] == -signal.SIGKILL
        assert seen_by_readers(home) is None
        assert killed("publish", home)[0] == 0
        assert current_manifest(home).tables == expected["shown"]


def test_killed_before_any_step_of_a_rollback(killed: Killed, before: WarehouseHome, tmp_path: Path) -> None:
    home = copied(before, tmp_path / "warehouse")
    code, steps = killed("roll_back", home)
    assert code == 0
    left, then = seen_by_readers(before), seen_by_readers(home)
    for number in [n for n in telling_steps(steps) if not steps[n - 1].startswith("open manifest")]:
        home = copied(before, tmp_path / "warehouse")
        assert killed("roll_back", home, step=number)[0] == -signal.SIGKILL
        shown = seen_by_readers(home)
        assert shown in {left.release_id: left, then.release_id: then}.values()
        if shown == left:
            assert killed("roll_back", home)[0] == 0
        assert seen_by_readers(home) == then
        assert killed("publish", home)[0] == 0, "a new build is published after it"
        assert seen_by_readers(home).input_fingerprint not in {left.input_fingerprint, then.input_fingerprint}
        assert len([path for path in home.releases.iterdir() if not path.name.startswith(".")]) == KEPT_RELEASES


def in_child(home: WarehouseHome, prepare: str, version: int) -> str:
    """Publish in a process that is prepared first; return what it says of the failure."""
    script = f"""
import resource, sys, ctypes, os
sys.path[:0] = [{str(Path(__file__).parent)!r}]
{prepare}
from test_release import PublicationError, WarehouseHome, manifest, write_release
from pathlib import Path
try:
    write_release(WarehouseHome(Path({str(home.folder)!r})), manifest({version}), {{"data_docs.html": "</html>"}})
except PublicationError as error:
    print(error)
"""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# root may write where the mode forbids it; without this capability it may not
MAY_NOT_OVERRIDE = "ctypes.CDLL(None).prctl(24, 1, 0, 0, 0); os.environ.get('AGAIN') or os.execve(sys.executable, " + (
    "[sys.executable, *sys.orig_argv[1:]], {**os.environ, 'AGAIN': '1'})"
)


@pytest.mark.parametrize(
    ("prepare", "is_writable", "expected"),
    [
        ("resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))", True, "File too large"),
        (MAY_NOT_OVERRIDE, False, "Permission denied"),
    ],
)
def test_a_full_disk_or_a_folder_that_cannot_be_written_is_told_and_leaves_what_readers_see(
    prepare: str, is_writable: bool, expected: str, tmp_path: Path
) -> None:
    home = WarehouseHome(tmp_path / "warehouse")
    build(home, 1, rows=10)
    write_release(home, manifest(1), {"data_docs.html": "</html>"})
    build(home, 2, rows=200_000)
    home.releases.chmod(0o755 if is_writable else 0o555)
    told = in_child(home, prepare, 2)
    home.releases.chmod(0o755)
    assert told.startswith(f"the release could not be written below {home.releases}: ")
    assert expected in told
    assert told.endswith("Free space there or make it writable, then run again\n")
    assert seen_by_readers(home).release_id == "release-00001"
    assert [path.name for path in home.releases.iterdir()] == ["release-00001"], "what was begun takes no space"
    write_release(home, manifest(2), {"data_docs.html": "</html>"})
    assert seen_by_readers(home).release_id == "release-00002"
