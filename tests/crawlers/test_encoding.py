from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.encoding import _TCVN3, _VISCII, _VNI, decode, quality, repair

TEXT = (
    "Em bị bạn trong lớp đánh ở cổng trường, không dám kể với mẹ vì sợ. Ngày mai cũng phải đi học, buồn lắm."
)
PAGE = f"<html><head><meta charset='utf-8'></head><body><p>{TEXT}</p></body></html>"


def _single_byte(table: dict[int, int]) -> bytes:
    back = {letter: sign for sign, letter in table.items()}
    return PAGE.translate(back).encode("latin-1")


def _windows_1258() -> bytes:
    parts = []
    for char in PAGE:
        signs = unicodedata.normalize("NFD", char)
        tones = "".join(s for s in signs if s in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(s for s in signs if s not in tones))
        parts.append((base + tones).encode("cp1258"))
    return b"".join(parts)


def _vni() -> bytes:
    back = {letter: signs for signs, letter in reversed(_VNI.items())}
    return "".join(back.get(char, char) for char in PAGE).encode("cp1252")


@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "no-such-charset", "base64"])
@pytest.mark.parametrize(
    "body", [PAGE.encode(), _windows_1258(), _single_byte(_TCVN3), _single_byte(_VISCII), _vni()],
    ids=["utf-8", "windows-1258", "tcvn3", "viscii", "vni"],
)  # fmt: skip
def test_bytes_are_read_by_what_they_are(body: bytes, declared: str | None) -> None:
    assert decode(body, declared) == PAGE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_believed(encoding: str) -> None:
    assert decode(PAGE.encode(encoding), "windows-1258") == PAGE


def test_a_letter_cut_in_two_spoils_nothing_else() -> None:
    assert decode(PAGE.encode()[:-1] + b"\xe1\xba", "utf-8").startswith(PAGE[:-1])


def test_mojibake_and_font_tricks_are_undone() -> None:
    wrong = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in TEXT.encode())
    assert repair(wrong) == TEXT
    assert repair(TEXT.translate({letter: sign for sign, letter in _TCVN3.items()})) == TEXT
    assert quality(TEXT) > 0 > quality(wrong)


@pytest.mark.parametrize(
    "text", [TEXT, "", "plain English", "naïve café señor", "日本語", "Ýt nhất 5 € © 2026", "👻 hihi"]
)
def test_good_text_is_left_alone(text: str) -> None:
    assert repair(text) == text


@given(st.binary(max_size=300), st.none() | st.text(max_size=12))
def test_any_bytes_decode(body: bytes, declared: str | None) -> None:
    assert unicodedata.is_normalized("NFC", repair(decode(body, declared)))
