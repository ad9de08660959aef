"""A landing that is killed at any moment is completed by the next one: nothing lost, doubled or half there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from expectations.contract import load_contract
from orchestration.home import PROJECT_FOLDER

FILES = 12


class Lander:
    """A process that lands folders in children of its own."""

    def __init__(self):
        script = Path(__file__).with_name("crashing_landing.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)},
        )
        self.process.stdout.readline()

    def land(self, database, folder, kill_at=sys.maxsize, seconds=0.0):
        """Land and return the exit code and the largest size of the write-ahead log."""
        self.process.stdin.write(f"{database}\t{folder}\t{kill_at}\t{seconds}\n")
        self.process.stdin.flush()
        return tuple(map(int, self.process.stdout.readline().split("\t")))


@pytest.fixture(scope="module")
def lander():
    lander = Lander()
    yield lander
    lander.process.stdin.close()
    lander.process.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of files that feed two tables and the quarantine, and one that is refused."""
    folder = tmp_path_factory.mktemp("landing")
    for table in ("staff/trainings", "crm/leads"):
        (folder / table).mkdir(parents=True)
    for number in range(FILES):
        rows = "".join(f"T{number}-{row},U{number},2024-01-{row + 1:02d}\n" for row in range(number % 10))
        path = folder / f"staff/trainings/{number}.csv"
        path.write_text(f"training_id,user_id,held_at\n{rows}cut {number}\n", encoding="utf-8")
    rows = "".join(f"L{row},2024-01-01,{'new' if row % 10 else 'odd'}\n" for row in range(1_000))
    (folder / "crm/leads/a.csv").write_text(f"lead_id,created_at,status\n{rows}", encoding="utf-8")
    (folder / "crm/leads/b.csv").write_text("id\n1\n", encoding="utf-8")
    return folder


def contents(database):
    """Return all that landing keeps, but for its instants."""
    with duckdb.connect(str(database)) as connection:
        tables = {
            "landing.files": "* exclude (loaded_at)",
            "landing.quarantine": "* exclude (quarantined_at)",
            **{f"raw.{table.raw_name}": "* exclude (_loaded_at)" for table in load_contract().tables.values()},
        }
        return {
            name: connection.execute(f"select {columns} from {name} order by all").fetchall()
            for name, columns in tables.items()
        }


def half_landed(database):
    """Return the files of which raw, quarantine and ledger tell different numbers."""
    with duckdb.connect(str(database)) as connection:
        made = connection.execute("select count(*) from duckdb_tables() where schema_name = 'raw'").fetchone()[0]
        if made < len(load_contract().tables):
            return []
        raw = "select _source_file as file from raw.staff__trainings union all select _source_file from raw.crm__leads"
        return connection.execute(f"""
            with landed as (select file, count(*) as rows_count from ({raw}) group by file),
            aside as (select source_file as file, count(*) as rows_count from landing.quarantine group by 1),
            told as (select source_file as file, landed_count, quarantined_count from landing.files)
            select file, landed.rows_count, aside.rows_count, landed_count, quarantined_count
            from told full join landed using (file) full join aside using (file)
            where landed_count is distinct from coalesce(landed.rows_count, 0)
                or quarantined_count is distinct from coalesce(aside.rows_count, 0)
        """).fetchall()


@pytest.fixture(scope="module")
def undisturbed(lander, folder, tmp_path_factory):
    """What an undisturbed landing keeps, and how large its write-ahead log becomes."""
    database = tmp_path_factory.mktemp("undisturbed") / "working.duckdb"
    code, log_bytes = lander.land(database, folder)
    assert code == 0
    return contents(database), log_bytes


def test_an_undisturbed_landing_keeps_every_row(undisturbed):
    kept, _ = undisturbed
    rows = sum(number % 10 for number in range(FILES))
    assert len(kept["raw.staff__trainings"]) == rows
    assert len(kept["raw.crm__leads"]) == 900
    assert len(kept["landing.quarantine"]) == FILES + 100
    assert len(kept["landing.files"]) == FILES + 2


@pytest.mark.parametrize("kills", [6, pytest.param(40, marks=pytest.mark.slow)])
def test_killed_while_it_writes_the_next_landing_completes_it(lander, folder, undisturbed, tmp_path, kills):
    kept, log_bytes = undisturbed
    chance = random.Random(kills)
    database = tmp_path / "working.duckdb"
    made = 0
    while made < kills:  # one that came too late is none
        moment = chance.randrange(log_bytes), chance.uniform(0, 0.005)
        made += lander.land(database, folder, *moment)[0] == -signal.SIGKILL
        assert half_landed(database) == []
        assert lander.land(database, folder)[0] == 0
        assert contents(database) == kept
        database.unlink()


def test_a_landing_killed_again_and_again_completes(lander, folder, undisturbed, tmp_path):
    kept, _ = undisturbed
    chance = random.Random(1)
    database = tmp_path / "working.duckdb"
    made = 0
    for _ in range(50):
        few_bytes = chance.randrange(1_000, 4_000)  # a table or two, a small file or two; each log begins anew
        code, _ = lander.land(database, folder, few_bytes)
        assert code in (0, -signal.SIGKILL)
        assert half_landed(database) == []
        if not code:
            break
        made += 1
    assert made > 5
    assert lander.land(database, folder)[0] == 0
    assert contents(database) == kept
