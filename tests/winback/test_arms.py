"""The arms are drawn by a formula that a person, Python and SQL work out alike."""

from __future__ import annotations

import math

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.winback.arms import CONTROL, TREATMENT, arm_of, draw, probability_of

IN_SQL = "select ('0x' || left(md5($1 || '|' || $2 || '|' || $3), 13))::bigint / 16::double ** 13"


@pytest.mark.parametrize(
    ("customer", "wave", "digits", "number"),
    [  # printf 'anna|winback_2026_w1|winback-2026' | md5sum
        ("anna", 1, 0x3F7337DC0B9EE, 0.24785184023096063),
        ("bert", 1, 0x285A7B389A6EA, 0.15763063556590362),
        ("carl", 1, 0xE15F4EBD2B998, 0.8803605281678752),
        ("anna", 2, 0x9F5B50F8C11FB, 0.6224871260939142),
        ("郭", 1, 0x711359B28C3AA, 0.4417015133769646),
    ],
)
def test_a_draw_is_the_number_that_md5sum_tells(customer: str, wave: int, digits: int, number: float) -> None:
    assert draw(customer, f"winback_2026_w{wave}", "winback-2026") == digits / 4_503_599_627_370_496 == number


def test_an_arm_is_treatment_below_the_probability() -> None:
    drawn = ("carl", "winback_2026_w1", "winback-2026")
    assert arm_of(*drawn, math.nextafter(0.8803605281678752, 1)) == TREATMENT
    assert arm_of(*drawn, 0.8803605281678752) == CONTROL
    assert arm_of(*drawn, 0.0) == CONTROL
    assert arm_of(*drawn, 1.0) == TREATMENT


def test_the_probability_is_that_of_the_arm_itself() -> None:
    assert probability_of(TREATMENT, 0.8) == 0.8
    assert probability_of(CONTROL, 0.8) == 0.2  # and not 0.19999999999999996


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))] * 3)))
def test_sql_and_python_draw_alike(keys: list[tuple[str, str, str]]) -> None:
    for key in keys:
        assert duckdb.execute(IN_SQL, list(key)).fetchone() == (draw(*key),)
