"""Small cells: counts of fewer than five, which stand for one case each.

`k` is `SMALLEST`. What tells places apart, and whatever leaves the desk, is rounded down to fives: two counts that
overlap (a province and its commune, this week's and the same without a word) would otherwise tell by their difference
what neither tells. One rule for both: of two ways of rounding the same count, one would narrow the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

SMALLEST: Final = 5  # cases; the first count that is told (DESIGN §9, k-anonymity)

Key = TypeVar("Key", bound=Hashable)


def in_fives(count: int) -> int | None:
    """A count in fives, None for fewer. None is said of nothing at all, too, so that nobody can ask whether there is a
    first case."""
    return count - count % SMALLEST or None


def cells_in_fives(counts: Mapping[Key, int]) -> dict[Key, int]:
    """Those of five or more, in fives, by key: what is told depends on the rounded counts alone, also the order and
    which cells there are. Hiding a neighbour of a small cell would say that it holds somebody."""
    cells = ((key, in_fives(counts[key])) for key in sorted(counts, key=str))
    return {key: count for key, count in cells if count is not None}
