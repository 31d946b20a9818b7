"""What a list may hold; stand-in words are harmless."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.errors import InputError, LachanError, RefusedError
from lachan.domain.taxonomy import Category
from lachan.domain.vetted_list import HARMLESS_TEXTS, address, check_frequency, read
from tests.lists import TERM, URL, document


def test_a_sound_list_is_read() -> None:
    content = read(document(terms=[TERM, TERM]))
    assert content.category is Category.GROOMING_SOLICITATION
    assert (content.urls, content.terms) == ((URL,), (TERM,))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"urls": ["https://town.example"]}, "whole host"),
        ({"urls": ["https://town.example/"]}, "whole host"),
        ({"urls": ["https://town.example//?x=1"]}, "whole host"),
        ({"urls": ["ftp://town.example/a"]}, "not a web address"),
        ({"urls": ["town.example/a"]}, "not a web address"),
        ({"urls": ["https://town.example/members/an.12"]}, "person's page"),
        ({"urls": ["https://town.example/@an"]}, "person's page"),
        ({"urls": ["https://town.example/tim-kiem?q=a"]}, "search"),
        ({"urls": ["https://ai:mat-khau@town.example/a"]}, "log-in"),
        ({"terms": ["diều"]}, "too short"),
        ({"terms": ["12 34 56 78"]}, "too short"),
        ({"terms": ["diều " * 40]}, "too long"),
        ({"category": "drugs_to_minors"}, "are taken for"),
        ({"category": "youth_violence_call"}, "are taken for"),
        ({"category": "gathering"}, "are taken for"),
        ({"category": ["grooming_solicitation"]}, "are taken for"),
        ({"expires_on": "2026-11-01"}, "expires after"),
        ({"expires_on": "2029-11-01"}, "within 366 days"),
    ],
)
def test_what_no_list_may_hold_is_refused_in_clear_words(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        read(document(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"urls": [], "terms": []},
        {"urls": "https://town.example/a"},
        {"terms": [3]},
        {"name": "tên có dấu"},
        {"name": "../a"},
        {"issuer": 7},
        {"issued_on": "hôm qua"},
        {"format": "lachan.list/9"},
        {"terms": None},
        {"extra": 1},
        {"terms": [f"diều giấy số {at} nhé" for at in range(50_001)]},
    ],
)
def test_a_malformed_list_says_what_is_wrong(changes: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"list|issuer"):
        read(document(**changes))


@pytest.mark.parametrize(
    "given", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b" " * (9 * 2**20)]
)
def test_what_is_no_list_at_all_is_refused(given: bytes) -> None:
    with pytest.raises(InputError):
        read(given)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
@settings(deadline=None)
def test_no_value_anywhere_breaks_the_reader(value: object) -> None:
    for key in ("name", "issuer", "category", "issued_on", "expires_on", "urls", "terms"):
        changed = {**json.loads(document()), key: value}
        try:
            read(json.dumps(changed).encode())
        except LachanError:
            continue
        assert key in ("urls", "terms") or (isinstance(value, str) and key in ("name", "issuer"))


def test_a_refusal_does_not_spread_the_entry() -> None:
    long = "https://town.example/members/" + "x" * 60
    with pytest.raises(RefusedError) as refused:
        read(document(urls=[long]))
    assert long not in str(refused.value)
    assert "SHA-256" in str(refused.value)


def test_a_term_may_occur_in_one_harmless_text_of_a_hundred_thousand() -> None:
    check_frequency({TERM: 0}, HARMLESS_TEXTS)
    check_frequency({TERM: 1}, HARMLESS_TEXTS)
    check_frequency({TERM: 2}, 2 * HARMLESS_TEXTS)
    with pytest.raises(RefusedError, match="2 of 100000 harmless texts"):
        check_frequency({TERM: 2}, HARMLESS_TEXTS)
    with pytest.raises(RefusedError):
        check_frequency({TERM: 2}, 2 * HARMLESS_TEXTS - 1)
    with pytest.raises(InputError, match="at least 100000"):
        check_frequency({TERM: 0}, HARMLESS_TEXTS - 1)


def test_one_page_has_one_address() -> None:
    same = ["https://Town.example/a/", "http://town.example:80/a", "https://town.example.:443/%61"]
    assert {address(url) for url in same} == {"town.example/a"}
    assert address("https://town.example/a#p2") != address("https://town.example/a#p3")
    assert address("https://town.example/a?x=1") != address("https://town.example/a?x=2")
    assert address("https://town.example:8443/a") == "town.example:8443/a"
    for wrong in ("", "a", "mailto:a@b", "https://", "https://[", "https://a:99999/"):
        assert address(wrong) is None
