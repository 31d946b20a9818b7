from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import default_folder, evidence, features, model_folder, spans
from classifiers.normalise import normalise
from classifiers.spans import Ranking
from lachan.domain.assessment import Label
from lachan.domain.routing import Routed
from lachan.domain.taxonomy import Category, Context, Route

DRUGS, VIOLENCE = Category.DRUGS_TO_MINORS, Category.CHILD_VIOLENCE
TEXT = "hs lớp 9 cần pod thì nhắn anh nha"


def ranking(text: str, heaviest: Sequence[int], category: Category = DRUGS) -> Ranking:
    words, at = [], 0
    for word in text.split(" "):
        words.append((at, at + len(word)))
        at += len(word) + 1
    return Ranking(tuple(words), tuple(heaviest), (category,) * len(words))


def marked(text: str, rank: Ranking, needed: set[str]) -> list[str]:
    """What is marked where a text is flagged as long as it holds a word of `needed`."""

    def still(asked: Sequence[tuple[int, str]]) -> list[bool]:
        return [bool(needed & set(each.split())) for _, each in asked]

    traced = normalise(text)
    assert traced.text == text
    return [text[each.start : each.end] for each in spans.carrying([(rank, traced)], still)[0]]


def test_the_fewest_of_the_heaviest_words_are_marked() -> None:
    text = "một hai ba bốn năm sáu bảy tám"
    assert marked(text, ranking(text, [3, 0, 1, 2, 4, 5, 6, 7]), {"bốn"}) == ["bốn"]
    assert marked(text, ranking(text, [3, 4, 0, 1, 2, 5, 6, 7]), {"bốn", "năm"}) == ["bốn năm"]
    assert marked(text, ranking(text, [6, 0, 1, 2, 3, 4, 5, 7]), {"bảy", "một"}) == ["một", "bảy"]


def test_more_words_are_tried_only_where_the_first_guess_fails() -> None:
    """Of the texts of a batch, each by itself; what one needs costs the others nothing."""
    text = "một hai ba bốn năm sáu bảy tám chín mười"
    rank = ranking(text, range(10))
    asked: list[list[int]] = []

    def still(shorter: Sequence[tuple[int, str]]) -> list[bool]:
        asked.append([at for at, _ in shorter])
        return [at > 0 and "bốn" in each for at, each in shorter]

    pairs = [(replace(rank, first=first), normalise(text)) for first in (2, 2, 3)]
    found = spans.carrying(pairs, still)
    assert [text[each[0].start : each[0].end] for each in found] == [
        "một hai",
        "một hai ba bốn",
        "một hai ba bốn năm",
    ]
    assert asked == [[0, 1, 2], [1, 2]]


def test_never_more_than_a_share_is_marked() -> None:
    text = "một hai ba bốn năm sáu bảy tám chín mười"
    found = marked(text, ranking(text, range(10)), set(text.split()))
    assert len(" ".join(found).split()) == 6


def test_neighbours_of_two_categories_stay_apart() -> None:
    text = "một hai ba"
    rank = Ranking(((0, 3), (4, 7), (8, 10)), (0, 1, 2), (DRUGS, VIOLENCE, DRUGS))
    (found,) = spans.carrying([(rank, normalise(text))], lambda asked: [True] * len(asked))
    assert [(each.start, each.end, each.category) for each in found] == [(0, 3, DRUGS)]
    both = spans._joined([0, 1], rank.words, rank.category, normalise(text))
    assert [each.category for each in both] == [DRUGS, VIOLENCE]


def test_a_text_without_words_has_no_spans() -> None:
    assert spans.carrying([(Ranking((), (), ()), normalise(""))], lambda asked: [False] * len(asked)) == [()]


@given(st.text(max_size=80), st.data())
@settings(deadline=None)
def test_spans_are_in_order_inside_the_given_text(text: str, data: st.DataObject) -> None:
    traced = normalise(text)
    words = tuple((match.start(), match.end()) for match in spans._WORD.finditer(traced.text))
    order = data.draw(st.permutations(range(len(words))))
    rank = Ranking(words, tuple(order), (DRUGS,) * len(words))
    (found,) = spans.carrying([(rank, traced)], lambda asked: [True] * len(asked))
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(a.start <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("category", [DRUGS, VIOLENCE])
def test_ranking_names_every_word_once_and_for_a_label(category: Category) -> None:
    linear = model_folder.load(default_folder()).linear
    hits = evidence.find(TEXT).hits
    found = features.occurrences([TEXT], [hits])
    margin = linear.margins(found)[0]
    routed = Routed(Route.REVIEW, Context.PROMOTING, (Label(category, 0.9),))
    rank = spans.rank(linear, TEXT, found, routed, margin)
    assert [TEXT[a:b] for a, b in rank.words] == TEXT.split()
    assert sorted(rank.heaviest) == list(range(len(rank.words)))
    assert set(rank.category) == {category}
    assert 1 <= rank.first <= len(rank.words)
    assert TEXT.split()[rank.heaviest[0]] in ("pod", "nhắn", "cần", "hs", "lớp", "9", "anh")
