from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain import privacy
from lachan.domain.privacy import (
    MARKS,
    NAME_MARK,
    DetailKind,
    fingerprint,
    jaccard,
    mask,
    near_copy_shingles,
    pseudonym,
    redact_names,
)

SECRET = b"s" * 32
words = st.text("abcdeghiklmnopqrstuvxyăâđêôơưáàảãạ ", min_size=0, max_size=80)


def test_a_pseudonym_holds_within_one_thread_only() -> None:
    assert pseudonym(SECRET, "t1", "Minh Anh") == pseudonym(SECRET, "t1", " minh\u200b ANH ")
    assert pseudonym(SECRET, "t1", "Minh Anh") == pseudonym(
        SECRET, "t1", unicodedata.normalize("NFD", "Minh Anh")
    )
    assert pseudonym(SECRET, "t1", "Minh Anh") != pseudonym(SECRET, "t2", "Minh Anh")
    assert pseudonym(SECRET, "t1", "Minh Anh") != pseudonym(b"x" * 32, "t1", "Minh Anh")
    assert pseudonym(SECRET, "t1", "Mai") != pseudonym(SECRET, "t1", "Mải")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_fingerprints_do_not_run_parts_together(a: str, b: str, c: str, d: str) -> None:
    assert (fingerprint(SECRET, a, b) == fingerprint(SECRET, c, d)) == ((a, b) == (c, d))


@pytest.mark.parametrize(
    "written",
    [
        "Minh Anh", "minh anh", "MINH ANH", "mính ánh", "minhanh", "m.i.n.h a.n.h", "Minh  Anh", "Mi\u200bnh A\u200dnh",
        "Minh_Anh", unicodedata.normalize("NFD", "Mính Ảnh"), "Ｍｉｎｈ Anh", "@minhanh", "M i n h A n h",
    ],
)  # fmt: skip
def test_a_name_is_found_in_every_dress(written: str) -> None:
    assert redact_names(f"chào {written}, đi đâu đó?", ["Minh Anh"]) == f"chào {NAME_MARK}, đi đâu đó?"


def test_names_are_whole_words() -> None:
    assert redact_names("trangtrại và trang", ["Trang"]) == f"trangtrại và {NAME_MARK}"
    assert redact_names("ăn cơm với An", ["An"]) == f"ăn cơm với {NAME_MARK}"
    assert redact_names("a b c", ["a", "", "..."]) == "a b c"


def test_a_full_name_hides_what_people_are_called_by() -> None:
    assert redact_names("Minh Anh ơi", ["Nguyễn Thị Minh Anh"]) == f"{NAME_MARK} ơi"


@pytest.mark.parametrize("gap", ["", " ", ".", "-", "_", "·", "\u200b", "\n", "\t", "\u00a0", " . "])
def test_a_name_is_found_however_it_is_spaced(gap: str) -> None:
    assert redact_names(f"chào {gap.join('minhanh')} nhé", ["Minh Anh"]) == f"chào {NAME_MARK} nhé"


def test_mentions_go_but_their_full_stop_stays() -> None:
    assert redact_names("cảm ơn @bi_an.9a. Hết", []) == f"cảm ơn {NAME_MARK}. Hết"


@given(words, words, st.text("abcdeghđêo", min_size=4, max_size=12))
def test_no_planted_name_is_left(before: str, after: str, name: str) -> None:
    redacted = redact_names(f"{before} {name} {after}", [name])
    assert name not in redacted.split() and NAME_MARK in redacted


def redacted_by_a_pattern(text: str, names: Sequence[str]) -> str:
    """What `redact_names` says in words, as one regular expression of all names: right, and slow."""
    text = unicodedata.normalize("NFC", text)
    spans = [m.span() for m in privacy._MENTION.finditer(text.translate(privacy._MARKED))]
    forms = {form for name in names for form in privacy._forms(name)}
    for with_marks, table in ((False, privacy._PLAIN), (True, privacy._MARKED)):
        letters = sorted((f for f, marked in forms if marked is with_marks), key=lambda f: (-len(f), f))
        either = "|".join(r"[\s\x00._\-·]{0,3}".join(map(re.escape, form)) for form in letters)
        pattern = re.compile(rf"(?<!\w)(?<!\w\x00)(?:{either})(?!\x00?\w)")
        spans += [m.span() for m in pattern.finditer(text.translate(table))] if letters else []
    for start, end in reversed(privacy._merged(spans)):
        text = text[:start] + NAME_MARK + text[end:]
    return text


NAMES = st.lists(st.text("abnimhđêẾ .1AN@", min_size=1, max_size=9), max_size=80)
PIECES = st.sampled_from([*"abnimhđĐêẾ  ..__-·\u200b\x00\n\t@1AN\u0301ﬁ“"])


@given(NAMES, st.data())
def test_names_are_found_as_one_pattern_of_them_all_finds_them(names: list[str], data: st.DataObject) -> None:
    of_text = st.one_of(PIECES, st.sampled_from(names)) if names else PIECES
    text = "".join(data.draw(st.lists(of_text, max_size=40)))
    assert redact_names(text, names) == redacted_by_a_pattern(text, names)


def test_letters_fold_one_by_one_as_a_whole_text_does() -> None:
    for code in (*range(0xD800), *range(0xE000, 0x110000)):
        char = unicodedata.normalize("NFC", chr(code))
        assert privacy._without_accents(char) == char.translate(privacy._PLAIN), hex(code)
        assert ("@" in char.translate(privacy._MARKED)) == bool(privacy._AT.search(char)), hex(code)


def test_a_thousand_names_that_begin_alike_are_all_found() -> None:
    names = [f"nguyenhoaian{n}" for n in range(1_000)]
    text = " ".join(f"{name}x {name}" for name in names)
    assert redact_names(text, names) == " ".join(f"{name}x {NAME_MARK}" for name in names)


@given(st.text(max_size=200), st.lists(st.text(max_size=15), max_size=4))
def test_redaction_takes_any_text(text: str, names: list[str]) -> None:
    assert isinstance(redact_names(text, names), str)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (DetailKind.PHONE, "0912345678"), (DetailKind.PHONE, "0912 345 678"), (DetailKind.PHONE, "09.12.34.56.78"),
        (DetailKind.PHONE, "o912 345 67o"), (DetailKind.PHONE, "+84 912 345 678"), (DetailKind.PHONE, "(0912) 345-678"),
        (DetailKind.EMAIL, "ten.ai@example.com"), (DetailKind.URL, "https://example.com/a?b=c"),
        (DetailKind.URL, "example.vn/nhom"), (DetailKind.HANDLE, "@ai_do.9"), (DetailKind.HANDLE, "zalo: ai_do99"),
        (DetailKind.NUMBER, "001203004567"), (DetailKind.NUMBER, "1234 5678 9012 3456"),
        (DetailKind.SCHOOL, "trường THCS Gò Mây"), (DetailKind.SCHOOL, "THPT Bến Sông 2"),
        (DetailKind.SCHOOL, "trường Gò Mây"), (DetailKind.ADDRESS, "số 12 đường Bến Sông"),
        (DetailKind.ADDRESS, "hẻm 12/3"), (DetailKind.ADDRESS, "số nhà 45"),
    ],
)  # fmt: skip
def test_details_are_hidden(kind: DetailKind, detail: str) -> None:
    text = f"gặp ở đây {detail} nhé"
    masked = mask(text)
    assert masked.text == f"gặp ở đây {MARKS[kind]} nhé"
    assert [(d.kind, text[d.start : d.end]) for d in masked.details] == [(kind, detail)]


def test_names_after_cue_words() -> None:
    assert mask("em Nguyễn Văn Nam khóc, cô Hoa biết").text == f"em {NAME_MARK} khóc, cô {NAME_MARK} biết"


@pytest.mark.parametrize("text", ["1/" * 100_000, "1/1 A " * 30_000, "số 1/" * 40_000])
@pytest.mark.parametrize("wide", [False, True])
def test_a_text_made_to_cost_time_comes_to_an_end(text: str, wide: bool) -> None:
    assert mask(text, wide=wide).text


def test_long_house_numbers_are_hidden_whole() -> None:
    assert mask("ở 12/3/4/5/6/7/8/9 Lê Lợi nhé").text == "ở [địa chỉ] nhé"
    assert mask("12/3/4/5/6/7/8/9, đường Lê Lợi").text == "[địa chỉ]"


def test_times_dates_and_prices_stay() -> None:
    text = "8h30 tối 12/10/2026, giá 1.500.000 đồng, 3 bạn lớp 8A2, phường bên"
    assert mask(text).text == text


def test_wide_hides_classes_and_communes_too() -> None:
    masked = mask("con học lớp 8A2 ở phường Gò Mây lúc 8h30", wide=True)
    assert masked.text == "con học [lớp] ở [địa chỉ] lúc 8h30"


@given(st.text(max_size=300), st.booleans())
def test_masking_keeps_what_it_does_not_hide(text: str, wide: bool) -> None:
    masked = mask(text, wide=wide)
    rebuilt, position = [], 0
    for detail in masked.details:
        assert position <= detail.start < detail.end <= len(text)
        rebuilt += [text[position : detail.start], MARKS[detail.kind]]
        position = detail.end
    assert "".join([*rebuilt, text[position:]]) == masked.text
    hidden = {i for d in masked.details for i in range(d.start, d.end)}
    for offset in range(len(text)):
        if offset not in hidden:
            assert masked.text[masked.offset(offset)] == text[offset]


@given(words)
def test_masking_twice_hides_nothing_more_of_plain_words(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


def test_shingles_and_jaccard() -> None:
    text = "chiều nay cả lớp ra sân chơi đá cầu rất vui"
    assert near_copy_shingles("ngắn quá") == frozenset()
    assert jaccard(near_copy_shingles(text), near_copy_shingles(text.upper().replace(" ", "  "))) == 1.0
    assert 0.8 <= jaccard(near_copy_shingles(text), near_copy_shingles(text + "!!!")) < 1.0
    assert jaccard(frozenset(), near_copy_shingles(text)) == 0.0
