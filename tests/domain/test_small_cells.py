from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.small_cells import SMALLEST, cells_in_fives, in_fives

parts = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 40), max_size=8)


def test_in_fives() -> None:
    """A province less its commune, this week less the same without a word: 0, 5, 10, never one case."""
    assert [in_fives(count) for count in (0, 1, 4, 5, 9, 10)] == [None, None, None, 5, 5, 10]


def test_cells_that_leave_the_desk() -> None:
    """Small ones are as if they were not there, and hide no neighbour; the order is not that of the exact counts."""
    assert list(cells_in_fives({"b": 14, "a": 10, "c": 4, "d": 0}).items()) == [("a", 10), ("b", 10)]


@given(parts, st.text("abcdefgh", min_size=1, max_size=2))
def test_one_case_more_shows_at_a_multiple_of_five_alone(counts: dict[str, int], key: str) -> None:
    before, after = cells_in_fives(counts), cells_in_fives({**counts, key: counts.get(key, 0) + 1})
    if (counts.get(key, 0) + 1) % SMALLEST:
        assert list(before.items()) == list(after.items())
    else:
        assert {**before, key: before.get(key, 0) + SMALLEST} == after
