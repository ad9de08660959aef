"""A crosswalk tells each stage of a lifecycle in the words of another vocabulary: every one, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orchestration.dictionary.lifecycles import lifecycles_of
from orchestration.dictionary.tables import read_dictionary
from orchestration.home import DICTIONARY_FOLDER

if TYPE_CHECKING:
    from conftest import DictionaryCopy

TABLE = "stage_crosswalk.csv"
STAGES = lifecycles_of(read_dictionary(DICTIONARY_FOLDER))[0].stage_names


@pytest.fixture
def crosswalk(dictionary: DictionaryCopy) -> DictionaryCopy:
    """Two vocabularies that map every stage."""
    for vocabulary in ("short", "long"):
        dictionary.add(TABLE, *(f"{vocabulary},customer,{stage},word_{stage},,1,S-00" for stage in STAGES))
    return dictionary


def test_a_whole_crosswalk_has_no_fault(crosswalk: DictionaryCopy) -> None:
    assert crosswalk.findings() == []


def test_stages_without_a_word_are_told(crosswalk: DictionaryCopy) -> None:
    crosswalk.change(TABLE, "short,customer,active,word_active,,1,S-00\n", "")
    crosswalk.change(TABLE, "short,customer,churned,word_churned,,1,S-00\n", "")
    assert crosswalk.findings() == [
        "stage_crosswalk.csv, line 9, column 'stage': vocabulary 'short' has no word for active, churned of lifecycle "
        "'customer'; add a line for each after this one"
    ]


def test_a_stage_with_two_words_is_told(crosswalk: DictionaryCopy) -> None:
    crosswalk.add(TABLE, "short,customer,active,word_other,,2,S-00")
    assert crosswalk.findings() == [
        "stage_crosswalk.csv, line 22, column 'stage': vocabulary 'short' and lifecycle_id 'customer' and stage "
        "'active' is taken by line 7; remove one, or change one"
    ]


def test_an_unknown_stage_is_told(crosswalk: DictionaryCopy) -> None:
    crosswalk.add(TABLE, "short,customer,activ,word_activ,,2,S-00")
    (found,) = crosswalk.findings()
    assert found.startswith(
        "stage_crosswalk.csv, line 22, column 'stage': there is no stage 'activ' in lifecycle 'customer'; did you mean"
    )


def test_an_unknown_lifecycle_is_told(crosswalk: DictionaryCopy) -> None:
    crosswalk.add(TABLE, "short,custmer,active,word_active,,2,S-00")
    (found,) = crosswalk.findings()
    assert found.startswith("stage_crosswalk.csv, line 22, column 'lifecycle_id': lifecycles has no lifecycle_id")
