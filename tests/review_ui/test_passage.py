"""Masked and highlighted stretches; differences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.assessment import Span
from lachan.domain.privacy import mask
from lachan.domain.taxonomy import Category
from review_ui.passage import changes, stretches

TEXT = "bán pod, gọi 0900 000 123 hoặc 0900 000 456 nha"


def test_a_detail_is_hidden_whole_even_where_a_span_cuts_it() -> None:
    parts = stretches(TEXT, [Span(4, 18, Category.DRUGS_TO_MINORS)], wide=False)
    assert [(p.text, p.category is not None, p.hidden) for p in parts] == [
        ("bán ", False, False),
        ("pod, gọi ", True, False),
        ("[điện thoại]", True, True),
        (" hoặc ", False, False),
        ("[điện thoại]", False, True),
        (" nha", False, False),
    ]


def test_one_detail_is_shown_and_the_other_stays_hidden() -> None:
    text = "".join(p.text for p in stretches(TEXT, [], wide=False, revealed={1}))
    assert text == "bán pod, gọi [điện thoại] hoặc 0900 000 456 nha"


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=4),
    st.booleans(),
)
def test_nothing_is_lost_and_nothing_masked_is_shown(
    text: str, spans: list[tuple[int, int]], wide: bool
) -> None:
    marked = [Span(min(s), max(s), Category.SELFHARM) for s in spans]
    assert "".join(p.text for p in stretches(text, marked, wide=wide)) == mask(text, wide=wide).text


@given(st.text(max_size=40), st.text(max_size=40))
def test_changes_hold_both_texts(first: str, other: str) -> None:
    found = changes(first, other)
    assert " ".join(c.text for c in found if c.where != "other").split() == first.split()
    assert " ".join(c.text for c in found if c.where != "first").split() == other.split()
