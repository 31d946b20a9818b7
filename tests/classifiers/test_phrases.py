from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.phrases import CONCEPTS, PhraseTable

TABLE = PhraseTable([("toy", "đồ chơi"), ("toy", "diều"), ("school", "trường học"), ("ball", "đá bóng")])


def told(text: str) -> list[tuple[str, str]]:
    return [(hit.concept, text[hit.start : hit.end]) for hit in TABLE.hits(text)]


def test_whole_words_are_found_with_and_without_marks() -> None:
    assert told("mua đồ chơi rồi đá bóng") == [("toy", "đồ chơi"), ("ball", "đá bóng")]
    assert told("mua do choi roi da bong") == [("toy", "do choi"), ("ball", "da bong")]
    assert told("trường họcx, xđồ chơi") == []


def test_a_single_bare_word_counts_only_where_the_text_writes_without_marks() -> None:
    assert told("tha dieu ngoai dong") == [("toy", "dieu")]
    assert told("một điều rất đúng, dieu") == [], "among marked words `dieu` is no `diều`"
    assert told("thả diều ngoài đồng") == [("toy", "diều")]


@pytest.mark.parametrize("text", ["do chơi của cac em", "trưong hoc", "đa bong tiep đi"])
def test_a_phrase_is_found_where_the_text_has_lost_some_of_its_marks(text: str) -> None:
    assert len(told(text)) == 1


@pytest.mark.parametrize("text", ["đa bong đi", "đá bòng tiep", "đồ chời hoc", "da bóng chat hot"])
def test_marks_that_no_other_word_has_lost_are_meant(text: str) -> None:
    """ "đưa con" among whole words is no "đứa con", and a mark that the phrase has not is another word."""
    assert told(text) == []


def test_words_may_stand_between_signs() -> None:
    assert told("“đồ chơi”, (diều)") == [("toy", "đồ chơi"), ("toy", "diều")]


def test_first_and_last_count_words() -> None:
    (hit,) = TABLE.hits("hôm qua đá bóng vui")
    assert (hit.first, hit.last) == (2, 3)


def test_overlapping_phrases_are_all_found() -> None:
    table = PhraseTable([("a", "một hai"), ("b", "hai ba"), ("c", "một hai ba")])
    assert {hit.concept for hit in table.hits("một hai ba")} == {"a", "b", "c"}
    both = PhraseTable([("a", "một hai"), ("b", "một hai")])
    assert {hit.concept for hit in both.hits("một hai")} == {"a", "b"}


def test_an_empty_phrase_or_table_finds_nothing() -> None:
    assert PhraseTable([]).hits("một hai") == []
    assert PhraseTable([("a", "…"), ("b", "")]).hits("một … hai") == []


@pytest.mark.parametrize("table", [TABLE, CONCEPTS])
@given(text=st.text(max_size=80))
@settings(deadline=None)
def test_every_hit_lies_in_the_text_in_order(table: PhraseTable, text: str) -> None:
    hits = table.hits(text)
    assert all(0 <= hit.start < hit.end <= len(text) and hit.first <= hit.last for hit in hits)
    assert [hit.first for hit in hits] == sorted(hit.first for hit in hits)
