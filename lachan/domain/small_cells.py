"""Small cells: counts of which fewer than five stand for one case each, or could be worked out to.

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


def told_parts_by_place(parts: Mapping[Key, int]) -> dict[Key, int | None]:
    """`told_parts`, in fives."""
    return {
        key: count if count is None else count - count % SMALLEST for key, count in told_parts(parts).items()
    }


def told_parts(parts: Mapping[Key, int]) -> dict[Key, int | None]:
    """The parts of a known total: None for what is not told.

    Hidden are the small ones and, the smallest first, as many others as it takes for each small one to be anything
    from 1 to 4 for whoever subtracts the rest from the total and knows this rule. Where all others would not be
    enough, everything is hidden.
    """
    small = {key for key, count in parts.items() if 0 < count < SMALLEST}
    if not small:
        return dict(parts)
    others = sorted((count, str(key), key) for key, count in parts.items() if count >= SMALLEST)
    hidden = set(small)
    for _, _, key in [*others, (0, "", None)]:
        if _open([parts[each] for each in hidden], [parts[each] for each in parts if each not in hidden]):
            return {each: None if each in hidden else count for each, count in parts.items()}
        if key is not None:
            hidden.add(key)
    return dict.fromkeys(parts, None)


def _open(hidden: list[int], shown: list[int]) -> bool:
    """Whether a small one among `hidden` may be 1 and may be 4, their sum being known."""
    total, large = sum(hidden), [count for count in hidden if count >= SMALLEST]
    others = len(hidden) - len(large) - 1
    most = min((count for count in shown if count >= SMALLEST), default=total)  # no hidden one is larger
    least = others + SMALLEST * len(large)
    return least <= total - (SMALLEST - 1) and total - 1 <= (SMALLEST - 1) * others + most * len(large)
