from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.vietnamese import GAP, fold, masked, pair, pairs, words
from lachan.domain.privacy import MARKS, NAME_MARK
from lachan.pipeline import snippet

#: Every vowel letter of the alphabet in its six tones.
VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("hoà", "hòa"),
        ("HOÀ", "hòa"),
        ("loè loẹt", "lòe loẹt"),
        ("thuý", "thúy"),
        ("thuỷ thủ", "thủy thủ"),
        ("tóan", "toán"),
        ("hòang", "hoàng"),
        ("hùynh", "huỳnh"),
        ("khủyu", "khuỷu"),
        ("lụât", "luật"),
        ("qúa", "quá"),
        ("qùy", "quỳ"),
        ("quà", "quà"),
        ("quý", "quý"),
        ("giá", "giá"),
        ("của mùa túi múi ngói", "của mùa túi múi ngói"),
        ("muốn uống nước", "muốn uống nước"),
        ("đường", "đường"),
    ],
)
def test_tones_stand_in_one_place(given_text: str, wanted: str) -> None:
    assert words(given_text) == wanted.split()
    assert words(unicodedata.normalize("NFD", given_text)) == wanted.split()


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("a_b-c.d,e…f", ["a", "b", "c", "d", "e", "f"]),
        ("8h30 v2", ["8h30", "v2"]),
        ("ｐｏｄ ①", ["pod", "1"]),
        ("đá\u200bnh \u00adnh\ufeffau", ["đánh", "nhau"]),
        ("đa\u200b\u0301nh", ["đánh"]),
        ("a\u0336b\u0336", ["ab"]),
        ("!?… 🐟 \ud800", []),
        ("", []),
    ],
)
def test_words(given_text: str, wanted: list[str]) -> None:
    assert words(given_text) == wanted


def test_usual_letters_are_read_as_unusual_ones_are() -> None:
    for code in range(0x20, 0x3000):
        char = chr(code)
        assert words(f"a{char}b") == words(f"a{char}b\u200b")


def _masked_words(text: str) -> list[str]:
    return masked(text)[0].split(" ")


def test_masks_are_gaps() -> None:
    text = " ".join(["gặp", *MARKS.values(), NAME_MARK, "nhé"])
    assert _masked_words(text) == ["gặp", *[GAP] * (len(MARKS) + 1), "nhé"]
    assert _masked_words("[trường hợp khác]") == ["trường", "hợp", "khác"]
    assert words(f"a{GAP}b") == ["a", "b"]


def test_every_letter_folds() -> None:
    assert fold(VOWELS + "đ") == "a" * 18 + "e" * 12 + "i" * 6 + "o" * 18 + "u" * 12 + "y" * 6 + "d"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_words_are_clean(text: str) -> None:
    for word in words(text):
        assert word != ""
        assert all(char.isalnum() for char in word)
        assert fold(word) == fold(fold(word)) == snippet.fold(word)


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from("aĐạ\u0301\u0323\u200b\u00b4 \t\u3000\u2028Σß.ŀ한\u1175")
        | st.characters(exclude_characters=f"[{GAP}"),
        max_size=30,
    )
)
def test_a_document_without_masks_is_read_as_a_query_is(text: str) -> None:
    exact = words(text)
    for _ in range(2):  # the second time from memory
        assert masked(text) == (" ".join(exact), " ".join(map(fold, exact)))


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_query_word_is_read_as_in_the_text(one: str, other: str) -> None:
    assert words(f"{one} {other}") == words(one) + words(other)


@settings(deadline=None)
@given(st.text(alphabet=VOWELS + "đbcdghklmnpqrstvx ", max_size=60))
def test_unicode_forms_and_case_make_no_difference(text: str) -> None:
    exact = words(text)
    assert words(text.upper()) == exact
    assert words(unicodedata.normalize("NFD", text)) == exact
    assert words(" ".join(exact)) == exact
    assert masked(text)[0] == " ".join(exact)


@given(st.lists(st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True), min_size=1, max_size=12))
def test_neighbours_are_told_as_one_word(found: list[str]) -> None:
    made = pairs(" ".join(found)).split(" ")
    assert made[1:-1] == [pair(*both) for both in pairwise(found)]
    assert {made[0], made[-1]}.isdisjoint(pair(one, other) for one in found for other in found)


def test_no_query_can_name_a_pair() -> None:
    assert words(pair("con", "ga")) == ["con", "ga"]
    _, folded = masked(f"con {NAME_MARK} gà")
    assert GAP in folded and pair("con", "ga") not in pairs(folded).split(" ")
