from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.labelled import Row
from classifiers.near_copies import NEAR_COPY, grams, jaccard, near_copies, overlap
from lachan.domain.taxonomy import AgeBand, Audience, Context


def _row(name: str, text: str, pair: str | None = None) -> Row:
    return Row(name, text, (), Context.OTHER, False, AgeBand.AGE_UNKNOWN, Audience.GENERAL, "standard", pair)


FIRST = "hôm nay trời mưa to quá không đi đâu được"
CHANGED = "hôm nay trời nắng to quá không đi đâu được"


def test_a_near_copy_is_found_and_a_declared_pair_is_not() -> None:
    assert [pair[:2] for pair in near_copies([_row("1", FIRST), _row("2", CHANGED)])] == [("1", "2")]
    assert near_copies([_row("1", FIRST, "p"), _row("2", CHANGED, "p")]) == []


def test_overlap_looks_between_sets_alone() -> None:
    inside = [_row("1", FIRST), _row("2", FIRST)]
    assert overlap(inside, [_row("3", "một câu khác hẳn")]) == []
    assert {pair[0] for pair in overlap(inside, [_row("3", CHANGED)])} == {"1", "2"}


@given(st.lists(st.text(st.sampled_from("ab c"), min_size=3, max_size=14), max_size=12))
@settings(max_examples=150, deadline=None)
def test_the_index_finds_what_comparing_all_finds(texts: list[str]) -> None:
    rows = [_row(str(at), text) for at, text in enumerate(texts)]
    slow = {
        (one.id, other.id)
        for one, other in combinations(rows, 2)
        if jaccard(grams(one.text), grams(other.text)) >= NEAR_COPY
    }
    assert {pair[:2] for pair in near_copies(rows)} == slow
