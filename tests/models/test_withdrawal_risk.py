"""Withdrawal from courses is foretold from what was known on the first day, and better than by plain baselines.

The public extract stays outside the repository; where it is not at hand, the tests that read it are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.withdrawal_risk import HISTORY, METHODS, forecasts, judge, open_at_start, read_registrations, snapshots
from orchestration.home import PROJECT_FOLDER

DATA = PROJECT_FOLDER.parent / "shared" / "data" / "oulad"
STUDENT = "gender,region,highest_education,imd_band,age_band,num_of_prev_attempts,studied_credits,disability"

pytestmark = pytest.mark.xdist_group("withdrawal_risk")


@pytest.fixture(scope="module")
def registrations() -> pd.DataFrame:
    if not DATA.exists():
        pytest.skip("the public extracts are not beside the project")
    return read_registrations(DATA)


@pytest.fixture(scope="module")
def foretold(registrations: pd.DataFrame) -> pd.DataFrame:
    return forecasts(registrations)


def told(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["code_module", "code_presentation", "id_student", "trained_on", *METHODS]].reset_index(drop=True)


def test_the_model_tells_more_than_plain_baselines(foretold: pd.DataFrame) -> None:
    verdicts = {method: judge(foretold, method) for method in METHODS}
    assert verdicts["model"].auc > max(verdicts["plain"].auc, verdicts["demographic"].auc)
    assert verdicts["model"].brier < min(verdicts["plain"].brier, verdicts["demographic"].brier)
    assert 0.8 < verdicts["model"].slope < 1.2
    printed = {"model": 0.622, "plain": 0.586, "demographic": 0.602}
    assert {method: verdict.auc for method, verdict in verdicts.items()} == pytest.approx(printed, abs=0.003)


def test_everybody_is_counted_once_or_left_out_for_a_reason(
    registrations: pd.DataFrame, foretold: pd.DataFrame
) -> None:
    left_before = registrations["date_unregistration"] < 0
    without_day = registrations["date_registration"].isna() & ~left_before
    late = (registrations["date_registration"] > 0) & ~left_before
    counts = [int(rows.sum()) for rows in (left_before, without_day, late)]
    assert (len(registrations), counts) == (32_593, [2_678, 10, 234])
    rows = snapshots(registrations)
    assert len(rows) == 32_593 - 2_678 - 10 - 234
    stated = rows["date_unregistration"].notna()
    assert int((rows["is_withdrawn"] & ~stated).sum()) == 91, "withdrawn on a day that is not stated; two left out"
    assert int((stated & (rows["final_result"] == "Fail")).sum()) == 7, "failed, and withdrawn all the same"
    assert set(rows["code_presentation"]) - set(foretold["code_presentation"]) == {"2013B"}, "nothing to learn from"
    assert len(foretold) == 25_303


def test_the_order_of_the_rows_does_not_matter(registrations: pd.DataFrame, foretold: pd.DataFrame) -> None:
    shuffled = registrations.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(told(forecasts(shuffled)), told(foretold), check_exact=True)


def test_what_comes_later_changes_no_forecast(registrations: pd.DataFrame, foretold: pd.DataFrame) -> None:
    for day, mine in foretold.groupby("starts_on"):
        known = registrations[registrations["starts_on"] <= day].copy()
        running = known["ends_on"] > day
        known.loc[running, "final_result"] = "Distinction"
        withdrawn_later = known["starts_on"] + pd.to_timedelta(known["date_unregistration"], unit="D") >= day
        known.loc[running & withdrawn_later, "date_unregistration"] = None
        found = forecasts(known)
        pd.testing.assert_frame_equal(told(found[found["starts_on"] == day]), told(mine), check_exact=True)


def test_what_has_ended_changes_forecasts(registrations: pd.DataFrame, foretold: pd.DataFrame) -> None:
    altered = registrations.copy()
    altered.loc[altered["code_presentation"] == "2013B", "final_result"] = "Withdrawn"
    altered.loc[(altered["code_presentation"] == "2013B") & (altered["gender"] == "F"), "final_result"] = "Pass"
    first = foretold["code_presentation"] == "2013J"
    found = forecasts(altered)
    assert not told(found[found["code_presentation"] == "2013J"]).equals(told(foretold[first]))


def write(folder: Path, lives: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    """Write registrations of presentation, student, days of registration and withdrawal, and result; read them."""
    students = [f"AAA,{lesson},{student},F,Wales,None,,0-35,0,60,N,{result}" for lesson, student, _, _, result in lives]
    registered = [f"AAA,{lesson},{student},{day},{left}" for lesson, student, day, left, _ in lives]
    courses = [f"AAA,{lesson},{240 if lesson[-1] == 'B' else 269}" for lesson in ("2013B", "2013J", "2014B", "2014J")]
    key = "code_module,code_presentation"
    for name, header, lines in (
        ("studentInfo", f"{key},id_student,{STUDENT},final_result", students),
        ("studentRegistration", f"{key},id_student,date_registration,date_unregistration", registered),
        ("courses", f"{key},module_presentation_length", courses),
    ):
        (folder / f"{name}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_registrations(folder)


def test_a_students_past_holds_only_what_has_ended(tmp_path: Path) -> None:
    lives = [
        ("2013B", "1", "-5", "30", "Withdrawn"),
        ("2013J", "1", "-9", "", "Pass"),
        ("2014B", "1", "-3", "", "Fail"),
        ("2014J", "1", "0", "", "Pass"),
        ("2013B", "2", "-5", "-1", "Withdrawn"),
        ("2013J", "2", "1", "", "Distinction"),
        ("2014J", "2", "-1", "0", "Fail"),
    ]
    rows = snapshots(write(tmp_path, lives)).set_index(["id_student", "code_presentation"])
    past = {key: tuple(row) for key, row in zip(rows.index, rows[list(HISTORY)].to_numpy(), strict=True)}
    assert past == {
        ("1", "2013B"): (0, 0, 0),
        ("1", "2013J"): (1, 1, 0),
        ("1", "2014B"): (1, 1, 0),  # that of October still runs
        ("1", "2014J"): (3, 1, 1),
        ("2", "2014J"): (2, 1, 1),
    }
    assert rows.loc[("2", "2014J"), "is_withdrawn"], "a day of withdrawal counts, whatever the result"


def test_who_is_open_on_the_first_day(tmp_path: Path) -> None:
    cases = {"0": ("-1", ""), "1": ("0", "0"), "2": ("1", ""), "3": ("", ""), "4": ("-9", "-1"), "5": ("", "-1")}
    rows = open_at_start(write(tmp_path, [("2013B", key, *days, "Pass") for key, days in cases.items()]))
    assert sorted(rows["id_student"]) == ["0", "1"]
