from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.dress import DRESSES
from classifiers.normalise import normalise_text
from classifiers.syllable import fold

TEXT = "Các bạn học sinh lớp tám ơi, chiều nay mình không đi đá bóng được đâu nhé"
#: Dresses that lose nothing that the normaliser could not bring back.
UNDONE = ("hidden_marks", "look_alikes", "shouted")


@pytest.mark.parametrize("name", sorted(DRESSES))
def test_the_same_seed_dresses_alike_and_something_changes(name: str) -> None:
    worn = {DRESSES[name](TEXT, random.Random(seed)) for seed in range(5)}
    assert worn != {TEXT}
    assert DRESSES[name](TEXT, random.Random(3)) == DRESSES[name](TEXT, random.Random(3))


@pytest.mark.parametrize("name", UNDONE)
def test_the_normaliser_undoes_it_whole(name: str) -> None:
    for seed in range(20):
        assert normalise_text(DRESSES[name](TEXT, random.Random(seed))) == normalise_text(TEXT)


@pytest.mark.parametrize("name", ["no_diacritics", "some_diacritics"])
def test_only_the_marks_go(name: str) -> None:
    assert fold(DRESSES[name](TEXT, random.Random(1))) == fold(TEXT)


@pytest.mark.parametrize("name", ["dots", "spaces", "leet", "stretched"])
def test_most_words_come_back_but_for_their_marks(name: str) -> None:
    wanted = set(fold(normalise_text(TEXT)).split())
    shares = []
    for seed in range(20):
        told = fold(normalise_text(DRESSES[name](TEXT, random.Random(seed))))
        shares.append(len(wanted & set(told.split())) / len(wanted))
    assert sum(shares) / len(shares) > 0.8, name


@given(st.text(max_size=60), st.sampled_from(sorted(DRESSES)), st.integers(0, 99))
@settings(deadline=None)
def test_no_text_breaks_a_dress(text: str, name: str, seed: int) -> None:
    assert isinstance(DRESSES[name](text, random.Random(seed)), str)
