from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import marks, marks_counting
from classifiers.marks import MarkTable, with_marks
from classifiers.normalise import normalise_text
from classifiers.syllable import fold, is_worn

WORDS = {
    "đánh": 40.0,
    "danh": 30.0,
    "nhau": 60.0,
    "học": 50.0,
    "sinh": 50.0,
    "bán": 30.0,
    "bạn": 60.0,
    ".": 90.0,
}
PAIRS = {("đánh", "nhau"): 30.0, ("học", "sinh"): 40.0, (".", "học"): 20.0, ("bán", "đánh"): 1.0}
TABLE = MarkTable(WORDS, PAIRS)


def test_the_likeliest_words_stand_behind_bare_ones() -> None:
    assert TABLE.with_marks("hoc sinh danh nhau") == "học sinh đánh nhau"
    assert TABLE.with_marks("danh sinh hoc") == "đánh sinh học"


def test_the_word_before_decides_between_equals() -> None:
    rather = MarkTable(WORDS, {("bạn", "danh"): 50.0, ("bán", "đánh"): 5.0, (".", "bạn"): 9.0})
    assert rather.with_marks("ban danh") == "bạn danh"


@pytest.mark.parametrize("text", ["học sinh đánh nhau", "bạn đi học chưa", "", "123 !?", "😀"])
def test_whole_text_stays(text: str) -> None:
    assert TABLE.with_marks(text) == text


def test_what_bears_marks_keeps_them_and_its_neighbours_get_theirs() -> None:
    """ "hoc" has lost its mark for certain, so the bare words beside it may have too."""
    assert TABLE.with_marks("bạn hoc sinh đánh nhau") == "bạn học sinh đánh nhau"


def test_signs_numbers_and_unknown_words_stay() -> None:
    assert TABLE.with_marks("vape 8a3, hoc sinh!") == "vape 8a3, học sinh!"


def test_only_the_first_words_are_worked_out() -> None:
    text = " ".join(["hoc sinh"] * marks.MOST_WORDS)
    assert TABLE.with_marks(text).count("học") == marks.MOST_WORDS // 2


@given(st.text(max_size=60))
@settings(deadline=None)
def test_the_length_and_the_letters_stay(text: str) -> None:
    given_text = normalise_text(text)
    found = with_marks(given_text)
    assert len(found) == len(given_text)
    assert fold(found) == fold(given_text)


def test_a_worn_word_bears_no_mark_of_its_own() -> None:
    assert is_worn("mưoi", "mười")
    assert is_worn("danh", "đánh")
    assert not is_worn("mươi", "muối")
    assert not is_worn("bán", "bạn")


def test_the_shipped_table_reads_everyday_words() -> None:
    assert with_marks("hoc sinh lop 8 danh nhau o cong truong") == "học sinh lớp 8 đánh nhau ở cổng trường"


def test_words_and_pairs_are_counted_with_their_weight_and_come_back_from_the_file() -> None:
    words, pairs = marks_counting.count([("học sinh, học sinh 8", 8), ("vape lạ", 20)])
    assert words == {"học": 16, "sinh": 16, ".": 8 + 0, "0": 8, "lạ": 20}
    assert pairs["học", "sinh"] == 16
    assert (".", "vape") not in pairs
    arrays = marks.packed(words, pairs)
    assert arrays["words"].tobytes().decode().split("\n") == sorted(words)
    assert len(arrays["first"]) == len(arrays["second"]) == len(arrays["pairs"]) == len(pairs)
