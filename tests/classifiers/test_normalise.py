from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import dress
from classifiers.normalise import normalise, normalise_text
from classifiers.tables import rows

MARKED = st.text(
    st.sampled_from("aăâeêioôơuưyáàảãạđhnktrmcsp .@013'~-_*\u200b\u0301\u0323\u0302😀🎈АаеｖＶ𝓿!?"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("v@pe p0d", "vape pod"),
        ("đ.á.n.h", "đánh"),
        ("m a t u y", "ma tuy"),
        ("H Ẹ N nhau", "hẹn nhau"),
        ("tr.ường", "trường"),
        ("h.ọ.c s.i.n.h", "học sinh"),
        ("điiiiii chơi", "đi chơi"),
        ("hoà", "hòa"),
        ("tóan", "toán"),
        ("thuý", "thúy"),
        ("hs k dc", "học sinh không được"),
        ("аnh", "anh"),
        ("ｖａｐｅ 𝓿𝓪𝓹𝓮 ⓥⓐⓟⓔ", "vape vape vape"),
        ("v\u200ba\u200bpe", "vape"),
        ("t̶h̶ử", "thử"),
        ("e\u0302\u0301m", "ếm"),
        ("c@'i th@~ng", "cai thang"),
        ("th3 t1n", "the tin"),
        ("🔪 nha", "dao nha"),
        ("tha^'y co^ m0*'i đ4^.p", "thấy cô mới đập"),
        ("gia'o vie^n bie^'t", "giáo viên biết"),
        ("ch3` nha'", "che nhá"),
    ],
)
def test_a_disguise_is_taken_off(given_text: str, expected: str) -> None:
    assert normalise_text(given_text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "lớp 8a3",
        "2k11",
        "8h30",
        "50 k",
        "đi học.mai nghỉ",
        "24/7",
        "3.500",
        "abc@gmail.com",
        "anh em",
        "con t. lớp 9/3",
        "nói 'cho em đi' nha~",
        "vui ^_^ o_o hihi^^",
        "5h30' tới",
        "*hay*",
    ],
)
def test_what_only_looks_like_a_disguise_stays(text: str) -> None:
    assert normalise_text(text) == text


@given(st.one_of(st.text(), MARKED))
@settings(max_examples=300, deadline=None)
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once


@given(st.one_of(st.text(), MARKED))
@settings(max_examples=300, deadline=None)
def test_offsets_are_in_range_and_in_order(text: str) -> None:
    result = normalise(text)
    assert result.text == normalise_text(text)
    assert len(result.offsets) == len(result.text) == len(result.folded)
    starts = [start for start, _ in result.offsets]
    assert starts == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in result.offsets)


def test_offsets_lead_back_to_the_dotted_word() -> None:
    text = "tối nay 🥊 đ.á.n.h nhau"
    result = normalise(text)
    at = result.text.index("đánh")
    start, end = result.given_span(at, at + 4)
    assert text[start:end] == "đ.á.n.h"


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="no span"):
        normalise("abc").given_span(2, 9)


@pytest.mark.parametrize("piece", ["a.", "đ ", "v@", "\u0301", "aa", "k ", "@'", "x-1"])
def test_a_long_run_of_disguise_is_read_to_its_end(piece: str) -> None:
    assert len(normalise_text(piece * 20_000)) <= 8 * 20_000


def test_no_standard_word_is_itself_a_chat_spelling() -> None:
    table = {row[0]: row[1] for row in rows("teencode.tsv")}
    assert not [word for standard in table.values() for word in standard.split() if word in table]


def test_hidden_marks_and_look_alikes_leave_nothing_behind() -> None:
    import random

    text = "các bạn học sinh tập trung ở cổng trường lúc tám giờ"
    for name in ("hidden_marks", "look_alikes", "shouted"):
        assert normalise_text(dress.DRESSES[name](text, random.Random(1))) == normalise_text(text), name
