"""The sensor starts a run when the landing folder changes, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs.automation import landing_sensor
from orchestration.defs.resources import LandingFolder

if TYPE_CHECKING:
    from pathlib import Path


def tick(folder: Path, cursor: str | None) -> tuple[list[str], str | None]:
    context = dg.build_sensor_context(cursor=cursor, resources={"landing_folder": LandingFolder(path=str(folder))})
    result = landing_sensor().evaluate_tick(context)
    return [request.run_key for request in result.run_requests], result.cursor


def test_a_new_file_starts_one_run(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    folder = tmp_path / "in"
    (tmp_path / "in" / "a.csv").write_text("a\n1\n", encoding="utf-8")
    first, cursor = tick(folder, None)
    assert len(first) == 1
    assert tick(folder, cursor)[0] == []
    (tmp_path / "in" / "b.csv").write_text("a\n2\n", encoding="utf-8")
    second, _ = tick(folder, cursor)
    assert len(second) == 1
    assert second != first
