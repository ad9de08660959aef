"""Models are written in the SQL that every engine speaks, and the engines mean the same by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from needs import needs
from portable_functions import CASES
from portable_sql import DBT_FOLDER, engine_macros, findings, portable_files

from orchestration.engine import Engine

NUMBERS = "with numbers as (select 3 as v, 'b' as t union all select 1, 'a' union all select null, null)"


def test_every_model_is_written_in_the_sql_of_both_engines() -> None:
    found = [finding for path in portable_files() for finding in findings(path, path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("select list_filter(a, b) from {{ ref('x') }}", "`list_filter(`"),
        ("select\n  {{ dbt.date_trunc('month', 'strptime(a)') }}\nfrom t", "`strptime(`"),
        ("select a from t qualify row_number() over (order by a) = 1", "`qualify`"),
        ("select a::int from t", "`::`"),
        ("select a[1] from t", "`[`"),
        ("select cast(a as varchar) from t", "`varchar`"),
        ("select a / 86400.0 from t", "86400.0"),
        ("select a from t group by all", "`group by all`"),
        ("select sha256(a) from t", "`sha256(`"),
        ("select datediff('day', a, b) from t", "`datediff(`"),
        ("select * from generate_series(1, 10) as s", "`generate_series(`"),
        ("select a ~ 'x' from t", "`~`"),
        ("select a ^ 2 from t", "`^`"),
        ("select a ** 2 from t", "`**`"),
        ("select * replace (1 as a) from t", "`* replace`"),
        ("select current_date as today from t", "`current_date`"),
        ('select "order" from t', "in double quotes"),
        ("select distinct on (a) a, b from t", "`distinct on`"),
    ],
)
def test_what_only_one_engine_knows_is_named(sql: str, named: str) -> None:
    (finding, *_) = findings(DBT_FOLDER / "models" / "planted.sql", sql)
    assert named in str(finding)
    assert str(finding).startswith("dbt_project/models/planted.sql:")


def test_what_both_engines_know_is_left_alone() -> None:
    sql = "-- list_filter(a)\nselect 'list_filter(a)' as b, count(*) as c from t where a in (1) {# qualify #}"
    assert findings(DBT_FOLDER / "models" / "planted.sql", sql) == []


def test_every_macro_with_a_version_for_an_engine_has_cases() -> None:
    assert engine_macros() - {"load_csv_rows", "get_csv_sql"} <= CASES.keys()  # parity loads every seed by them


@pytest.mark.parametrize("engine", list(Engine))
def test_the_engine_gives_the_values_of_the_cases(engine: Engine, tmp_path: Path) -> None:
    needs(engine)
    expected = {sql: value for values in CASES.values() for sql, value in values}
    got = values_on(engine, list(expected), tmp_path)
    assert dict(zip(expected, got, strict=True)) == expected


def values_on(engine: Engine, expressions: list[str], folder: Path) -> list[str | None]:
    """Return what an engine gives for each expression, as text."""
    rows = [f"select {place} as place, cast({sql} as string) as told" for place, sql in enumerate(expressions)]
    query = f"{NUMBERS} {' union all '.join(rows)}"
    command = [Path(sys.executable).with_name("dbt"), "--quiet", "show", "--inline", query, "--target", engine]
    command += ["--limit", "-1", "--output", "json", "--profiles-dir", ".", "--no-version-check"]
    command += ["--target-path", folder / "target", "--log-path", folder / "logs"]
    environment = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        "LIFECYCLE_WORKING_DATABASE": str(folder / "working.duckdb"),
        "LIFECYCLE_SPARK_FOLDER": str(folder / "spark"),
    }
    done = subprocess.run(command, cwd=DBT_FOLDER, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    shown = json.loads(done.stdout[done.stdout.index("{") :])["show"]
    return [row["told"] for row in sorted(shown, key=lambda row: row["place"])]
