from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.small_cells import SMALLEST, cells_in_fives, in_fives, told_parts, told_parts_by_place

parts = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 40), max_size=8)


def test_by_place_in_fives() -> None:
    """A province less its commune, this week less the same without a word: 0, 5, 10, never one case."""
    assert [in_fives(count) for count in (0, 1, 4, 5, 9, 10)] == [None, None, None, 5, 5, 10]
    assert told_parts_by_place({"a": 9, "b": 30, "c": 2}) == {"a": None, "b": 30, "c": None}
    assert told_parts_by_place({"a": 9, "b": 14}) == {"a": 5, "b": 10}


def test_what_subtraction_would_tell_is_hidden_too() -> None:
    assert told_parts({"a": 9, "b": 30, "c": 2}) == {"a": None, "b": 30, "c": None}
    assert told_parts({"a": 9, "b": 0}) == {"a": 9, "b": 0}
    assert told_parts({"a": 3}) == {"a": None}
    assert told_parts({}) == {}


@settings(deadline=None)
@given(parts)
def test_no_small_cell_is_told_or_can_be_worked_out(counts: dict[str, int]) -> None:
    """Whoever knows the total, the told cells and the rule still finds 1 and 4 possible, or nothing is told."""
    answer = told_parts(counts)
    assert all(answer[key] in (None, count) for key, count in counts.items())
    small = [key for key, count in counts.items() if 0 < count < SMALLEST]
    assert all(answer[key] is None for key in small)
    if not small:
        assert answer == counts
        return
    if all(value is None for value in answer.values()):
        return
    hidden = [counts[key] for key in counts if answer[key] is None]
    large = [count for count in hidden if count >= SMALLEST]
    most = min(count for count in [*filter(None, answer.values()), sum(hidden)] if count >= SMALLEST)
    others = len(hidden) - len(large) - 1
    for guess in (1, 4):
        rest = sum(hidden) - guess
        assert others + 5 * len(large) <= rest <= 4 * others + most * len(large)


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
