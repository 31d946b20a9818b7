"""Lists in the order of the Vietnamese alphabet."""

from __future__ import annotations

import random
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.alphabet import alphabetical

IN_ORDER = [
    *["1. Mở đầu", "an", "ăn", "ân", "Bến Tre", "Cà Mau", "Dung", "Duyên", "Đà Lạt", "Đà Nẵng", "đua", "Em"],
    *["ma", "mà", "mả", "mã", "má", "mạ", "Má", "oanh", "ôi", "ơi", "Ứng Hòa", "Vũng Tàu"],
]  # fmt: skip


def test_d_with_a_stroke_stands_after_all_of_d_and_tones_after_letters() -> None:
    wanted = [word for word in IN_ORDER if word != "Má"]
    mixed = wanted[:]
    random.Random(1).shuffle(mixed)
    assert sorted(mixed, key=alphabetical) == wanted
    assert sorted(["má", "Má", "mạ", "mã"], key=alphabetical) == ["mã", "Má", "má", "mạ"]


def test_letters_decide_before_tones() -> None:
    assert sorted(["hoạ sĩ", "hoa tươi", "hòa bình"], key=alphabetical) == ["hòa bình", "hoạ sĩ", "hoa tươi"]


@given(st.text(max_size=20))
@settings(deadline=None)
def test_how_it_is_encoded_and_written_does_not_matter(text: str) -> None:
    apart, whole = unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)
    assert alphabetical(apart)[:2] == alphabetical(whole)[:2]
    assert len(alphabetical(text)[0]) == len(alphabetical(text)[1])
