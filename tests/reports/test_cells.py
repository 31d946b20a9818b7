"""No small cell leaves, and none can be worked out."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.reports.cells import Veil, shown, veiled


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (40, "40")])
def test_a_count_alone(count: int, text: str) -> None:
    assert str(shown(count)) == text


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=6))
def test_no_part_from_1_to_4_is_written(parts: dict[str, int]) -> None:
    for name, part in veiled(parts).items():
        assert part not in (1, 2, 3, 4)
        if not isinstance(part, Veil):
            assert part == parts[name]


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_who_knows_the_rule_and_the_total_still_cannot_tell_a_small_part(cells: int) -> None:
    """Every table that looks the same, total included: a small part is never the same number in all of them."""
    looks: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    most = 30 if cells < 4 else 16  # every table up to this total
    for counts in product(range(most + 1), repeat=cells):
        if sum(counts) > most:
            continue
        parts = {str(index): count for index, count in enumerate(counts)}
        looks[(shown(sum(counts)), *veiled(parts).values())].append(counts)
    for tables in looks.values():
        for index in range(cells):
            values = {counts[index] for counts in tables}
            assert len(values) > 1 or not values & {1, 2, 3, 4}


def test_a_lone_small_part_shows_as_such_beside_a_large_one() -> None:
    assert veiled({"a": 3, "b": 20, "c": 0}) == {"a": Veil.SMALL, "b": Veil.LARGE, "c": 0}
    assert set(veiled({"a": 1, "b": 5}).values()) == {Veil.HIDDEN}
    assert veiled({"a": 6, "b": 5}) == {"a": 6, "b": 5}
