from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.span_control import _deleted, _random_runs, _words, control
from lachan.domain.assessment import Assessment, Label, Span
from lachan.domain.taxonomy import Category, Context, Route

DRUGS = Category.DRUGS_TO_MINORS
TEXT = "sáng nay trời mưa nhẹ cả lớp mình ra sân chơi bóng rất vui"


def said(*spans: tuple[int, int]) -> Assessment:
    marked = tuple(Span(start, end, DRUGS) for start, end in spans)
    return Assessment(Route.REVIEW, Context.PROMOTING, "x@0", (Label(DRUGS, 0.9),), marked)


def test_spans_that_carry_are_told_from_words_that_do_not() -> None:
    """The judge of this test flags what holds `bóng`, and marks it."""

    def still(asked: Sequence[tuple[str, Assessment]]) -> list[bool]:
        return ["bóng" in text for text, _ in asked]

    start = TEXT.index("bóng")
    right = control([(TEXT, said((start, start + 4)))] * 60, still)
    assert right.marked.value == 1
    assert right.random.value < 0.3
    wrong = control([(TEXT, said((0, 4)))] * 60, still)
    assert wrong.marked.value == 0
    assert right.words_marked == pytest.approx(1 / len(TEXT.split()))
    assert control([(TEXT, said((0, 4)))] * 60, still) == wrong, "the same seed draws the same words"


def test_a_flag_without_spans_is_not_counted() -> None:
    assert control([(TEXT, said())], lambda asked: [True for _ in asked]).marked.posts == 0


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers())
@settings(deadline=None)
def test_as_many_words_are_drawn_as_are_marked(marks: list[bool], seed: int) -> None:
    text = " ".join(f"t{at}" for at in range(len(marks)))
    words = _words(text)
    spans = [Span(*words[at], DRUGS) for at, marked in enumerate(marks) if marked]
    runs = _random_runs(text, spans, random.Random(seed))
    left = _deleted(text, runs).split()
    assert len(left) == len(marks) - sum(marks)
    assert set(left) <= set(text.split())
    assert all(before[1] <= after[0] for before, after in pairwise(runs))


def test_every_word_is_drawn_sooner_or_later() -> None:
    draw = random.Random(1)
    drawn = {_random_runs("a b c d", [Span(0, 1, DRUGS)], draw)[0] for _ in range(100)}
    assert drawn == {(0, 1), (2, 3), (4, 5), (6, 7)}
