from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import disguise


def undotted(text: str) -> str:
    return disguise.DOTTED.sub(disguise.undotted, text)


def unspaced(text: str) -> str:
    return disguise.SPACED.sub(disguise.unspaced, text)


def unleet(text: str) -> str:
    return disguise.LEET.sub(disguise.unleet, text)


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("tr.ường", "trường"),
        ("b.ó.n.g", "bóng"),
        ("b-ó-n-g", "bóng"),
        ("h.ọ.c.s.i.nh", "học sinh"),
        ("đi học.mai nghỉ", "đi học.mai nghỉ"),
        ("24/7", "24/7"),
        ("3.500", "3.500"),
        ("a.b", "a.b"),
        ("ti.ền", "tiền"),
        ("gi.ấy", "giấy"),
        ("xu.ống", "xuống"),
        ("h.s", "hs"),
        ("đi.ăn", "đi.ăn"),
        ("về.em", "về.em"),
        ("đ`á`nh", "đánh"),
    ],
)
def test_dots_inside_words_go_and_others_stay(given_: str, wanted: str) -> None:
    assert undotted(given_) == wanted


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("b ó n g đ á", "bóng đá"),
        ("l ớ p  h ọ c", "lớp học"),
        ("a b c", "a b c"),
        ("x y z", "x y z"),
        ("l ớ p  7", "lớp 7"),
        ("h ọ c  s i n h  c 3", "học sinh c3"),
        ("a b  3", "a b  3"),
    ],
)
def test_spaced_letters_that_spell_are_words(given_: str, wanted: str) -> None:
    assert unspaced(given_) == wanted


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("b4n", "ban"),
        ("l0p", "lop"),
        ("h@i", "hai"),
        ("8a3", "8a3"),
        ("2k11", "2k11"),
        ("h5n1", "h5n1"),
        ("c3", "c3"),
        ("@nh", "anh"),
        ("@i", "ai"),
        ("@linh", "@linh"),
        ("@em", "@em"),
        ("t7", "t7"),
    ],
)
def test_digits_for_letters_are_read_and_names_of_things_stay(given_: str, wanted: str) -> None:
    assert unleet(given_) == wanted


@given(st.text(alphabet="abdehiknotu013@$!.-_ ạ", max_size=60))
@settings(deadline=None)
def test_what_stands_for_itself_is_left_alone_the_second_time(text: str) -> None:
    for read in (undotted, unspaced, unleet):
        assert read(read(read(text))) == read(read(text))


@pytest.mark.parametrize("pattern", [disguise.DOTTED, disguise.SPACED, disguise.LEET, disguise.TYPED_TONE])
@pytest.mark.parametrize("text", ["a." * 20_000, "a " * 20_000, "a@" * 20_000, "@" * 40_000, "a'" * 20_000])
def test_no_long_text_runs_away(pattern: re.Pattern[str], text: str) -> None:
    """Bounded patterns: twenty thousand repeats are many short matches, none longer than a sentence."""
    assert all(len(match[0]) < 400 for match in pattern.finditer(text))
