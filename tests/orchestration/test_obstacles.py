"""Bad disks, folders and files: one message tells what, where, what to do; and readers keep what they see."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.home import PROJECT_FOLDER, WarehouseHome
from orchestration.publishing.release import Manifest, write_release

DAMAGED = "The file is damaged. Put a copy of it back; or move it away and run again"


@pytest.fixture
def home(tmp_path: Path) -> WarehouseHome:
    """A warehouse with one release of one table."""
    home = WarehouseHome(tmp_path / "warehouse")
    home.folder.mkdir()
    with duckdb.connect(str(home.working_database)) as connection:
        connection.execute("create schema marts; create table marts.dim_dates as select range as n from range(10000)")
    now = datetime.now(UTC).isoformat()
    write_release(home, Manifest("R1", now, "2024-01-01", now, "f", "c", "duckdb"), {"data_docs.html": "<html>"})
    return home


@pytest.fixture
def landing_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "crm" / "leads").mkdir(parents=True)
    (folder / "crm" / "leads" / "a.csv").write_text("lead_id,created_at\nL1,2024-01-01\n", encoding="utf-8")
    return folder


def seen_by_readers(home: WarehouseHome) -> dict[str, bytes]:
    release = home.published.resolve()
    return {str(path): path.read_bytes() for path in sorted(release.rglob("*")) if path.is_file()}


def told(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command that meets an obstacle and return what it prints."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    printed = capfd.readouterr()
    assert done.exit_code == 2, done.exception
    assert "Traceback" not in printed.out + printed.err + done.output
    return printed.out


@pytest.fixture
def run(home, landing_folder, capfd):
    """Run the main job with something in its way; return the message, after looking what readers see."""

    def attempt(*arguments: str | Path, landing: Path = landing_folder) -> str:
        before = seen_by_readers(home)
        lines = told(capfd, "run", "--landing", landing, "--home", home.folder, *arguments).splitlines()
        message, readers = [line for line in lines if line != "... starting"]
        assert readers == "Readers see release R1, as of 2024-01-01 UTC."
        assert seen_by_readers(home) == before
        return message

    return attempt


def test_a_landing_folder_that_is_not_there_or_is_a_file_is_told(run, tmp_path):
    for path, fault in ((tmp_path / "no", "No such file or directory"), (Path(__file__), "Not a directory")):
        wanted = f"The landing folder cannot be read: {fault}: {path}. Name a folder that is there, and is no file."
        assert run(landing=path) == wanted


def test_a_mapping_file_that_is_not_there_or_is_a_folder_is_told(run, tmp_path):
    missing = tmp_path / "mapping.yml"
    assert run("--mapping", missing) == f"{missing}: no such mapping file; name one that is there"
    assert run("--mapping", tmp_path) == f"{tmp_path}: the mapping file cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        (lambda content: content[: len(content) // 2], "Could not read enough bytes from file"),
        (lambda content: content[:4_096], "Could not read enough bytes from file"),
        (lambda content: content[:4_096] + b"\xa5" * 8_192 + content[12_288:], "Corrupt database file"),
        (lambda _: b"\xa5" * 100_000, "it is not a valid DuckDB database file"),
        (lambda _: b"", "it is not a valid DuckDB database file"),
    ],
    ids=["half", "cut off", "headers overwritten", "garbage", "empty"],
)
def test_a_damaged_working_database_is_told(run, home, kept, says):
    home.working_database.write_bytes(kept(home.working_database.read_bytes()))
    message = run()
    assert message.startswith(f"The working database {home.working_database} cannot be read: IO Error: ")
    assert says in message
    assert DAMAGED in message


def test_a_home_that_is_a_file_or_below_one_is_told(landing_folder, tmp_path, capfd):
    file = tmp_path / "file"
    file.touch()
    for home, fault in ((file, "File exists"), (file / "warehouse", "Not a directory")):
        lines = told(capfd, "run", "--landing", landing_folder, "--home", home).splitlines()
        assert lines[-2:] == [
            f"{fault}: {home}. Name a folder that is there, and is no file.",
            "Readers see nothing yet.",
        ]


def test_folders_that_may_not_be_read_or_written_are_told(run, home, landing_folder, without_privileges, tmp_path):
    if not all(parent.stat().st_mode & 0o005 == 0o005 for parent in (PROJECT_FOLDER, *PROJECT_FOLDER.parents)):
        pytest.skip("only its owner may read the project")
    run(landing=tmp_path / "nothing")  # what is imported late is imported while it may be
    landing_folder.chmod(0)
    home.folder.chmod(0o555)
    with without_privileges(tmp_path):
        assert run() == (
            f"The landing folder cannot be read: Permission denied: {landing_folder}. "
            "Give this user the right to read and write there, or name another folder."
        )
        message = run(landing=tmp_path / "warehouse" / "releases")
    assert message.startswith(f"Permission denied: {home.folder}/")
    assert message.endswith("Give this user the right to read and write there, or name another folder.")


def test_a_full_disk_is_told(home, landing_folder):
    """A limit on the size of files stands for it: writing fails for any user, at the same place."""
    before = seen_by_readers(home)
    done = subprocess.run(
        [Path(sys.executable).with_name("lifecycle"), "run", "--landing", landing_folder, "--home", home.folder],
        env={**os.environ, "HOME": str(home.folder)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    *_, message, readers = done.stdout.splitlines()
    assert "The disk is full, or a limit on the size of files is reached; make room and run again." in message
    assert readers == "Readers see release R1, as of 2024-01-01 UTC."
    assert seen_by_readers(home) == before
