from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.syllable import fold, is_syllable, lost_marks, syllables


@pytest.mark.parametrize("word", ["nghiêng", "đánh", "tuy", "học", "quyển", "a", "thuở"])
def test_syllables_are_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["tr", "vape", "xyz", "gmail", ""])
def test_other_letters_are_not(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize("word", ["hoc", "khac", "lop", "tieu", "mưoi", "đuoc", "biêt"])
def test_a_syllable_that_has_lost_marks_is_told(word: str) -> None:
    assert lost_marks(word)


@pytest.mark.parametrize(
    "word", ["học", "khác", "tiêu", "mươi", "được", "con", "đi", "ba", "qua", "vape", "kia", "mua"]
)
def test_whole_syllables_and_such_as_need_no_mark_are_not(word: str) -> None:
    assert not lost_marks(word)


def test_letters_are_cut_where_each_piece_has_an_onset() -> None:
    assert syllables("matuy") == ("ma", "tuy")
    assert syllables("hocsinh") == ("hoc", "sinh")
    assert syllables("bcd") is None


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_drops_every_mark() -> None:
    assert fold("Đường đi ế ẵm ữ") == "Duong di e am u"
